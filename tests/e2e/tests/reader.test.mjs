// What a reader does with the page: keys, order, filters, watchlist, links, a ticker in detail.

import assert from 'node:assert/strict';
import test from 'node:test';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { server: start, page: open } = suite();

/** A live page of its own market. */
async function reader(t, path = '/') {
  const server = await start(t);
  const page = await open(t, server, { path });
  await page.live();
  return page;
}

const cursor = (page) => page.page.locator('.row.cursor .c-ticker').innerText();

/** The number that an amount like `−$1.2M` stands for. */
function amount(text) {
  const [, sign, digits, unit] = /([+\u2212-]?)\$([\d.,]+)([KMB]?)/.exec(text);
  const size = Number(digits.replaceAll(',', '')) * { '': 1, K: 1e3, M: 1e6, B: 1e9 }[unit];
  return sign === '\u2212' || sign === '-' ? -size : size;
}

test('every key of the help does what the help says', { timeout: 60_000 }, async (t) => {
  const page = await reader(t, '/?sort=ticker');
  const { keyboard } = page.page;
  const [first, second] = await page.column('ticker');
  const leave = async (name) => {
    await keyboard.press('Escape');
    await page.dialog(name).waitFor({ state: 'hidden' });
    // A dialog that is hidden keeps the focus, and the keys, until the browser paints again.
    await until('the focus is back', () => page.page.evaluate(() => !document.activeElement.closest('dialog')), 5_000);
  };

  await keyboard.press('j');
  await until('the first row is chosen', async () => (await cursor(page)) === first, 2_000);
  await keyboard.press('j');
  await until('the second row is chosen', async () => (await cursor(page)) === second, 2_000);
  await keyboard.press('k');
  await until('the first row is chosen again', async () => (await cursor(page)) === first, 2_000);

  await keyboard.press('w');
  await page.page.getByText(`Watching ${first}`).first().waitFor();
  await page.row(first).getByRole('button', { name: `Unwatch ${first}` }).waitFor();
  await keyboard.press('w');
  await page.row(first).getByRole('button', { name: `Watch ${first}`, exact: true }).waitFor();

  // Enter opens the chosen row, wherever the focus is on the grid.
  await page.page.getByRole('grid').focus();
  await keyboard.press('Enter');
  await page.panel.getByRole('heading', { name: first, exact: true }).waitFor();
  await keyboard.press('Escape');
  await page.panel.waitFor({ state: 'detached' });

  await keyboard.press('/');
  const search = page.page.locator('#search');
  await until('the search has the focus', () => search.evaluate((field) => field === document.activeElement), 2_000);
  await keyboard.type(second);
  await until('one row is left on top', async () => (await page.column('ticker'))[0] === second, 2_000);
  await keyboard.press('Escape');
  await until('the search is empty', async () => (await search.inputValue()) === '', 2_000);
  await search.blur();

  await keyboard.press('?');
  await page.dialog('Help').waitFor();
  await leave('Help');

  await keyboard.press('c');
  await page.dialog('Connection').waitFor();
  await leave('Connection');

  await keyboard.press('p');
  await page.page.locator('.banner.paused').waitFor();
  await keyboard.press('p');
  await page.page.locator('.banner.paused').waitFor({ state: 'detached' });

  const theme = () => page.page.evaluate(() => document.documentElement.dataset.theme);
  const before = await theme();
  await keyboard.press('t');
  await until('the theme is another', async () => (await theme()) !== before, 2_000);

  await keyboard.press('g');
  await keyboard.press('t');
  await page.page.waitForURL('**/tape');
  await keyboard.press('g');
  await keyboard.press('d');
  await page.page.waitForURL((url) => url.pathname === '/');
});

test('a heading orders the rows, and once more the other way round', { timeout: 60_000 }, async (t) => {
  const page = await reader(t);
  const heading = page.page.getByRole('columnheader', { name: 'Ticker' });
  const button = heading.getByRole('button');
  const sorted = async (list) => [...list].sort();

  await button.click();
  await until('the names ascend', async () => {
    const names = await page.column('ticker');
    return names.length > 5 && names.join() === (await sorted(names)).join();
  }, 5_000);
  assert.equal(await heading.getAttribute('aria-sort'), 'ascending');
  assert.match(page.page.url(), /sort=ticker/);

  await button.click();
  await until('the names descend', async () => {
    const names = await page.column('ticker');
    return names.length > 5 && names.join() === (await sorted(names)).reverse().join();
  }, 5_000);
  assert.equal(await heading.getAttribute('aria-sort'), 'descending');
});

test('filters narrow the table and are in its address', { timeout: 60_000 }, async (t) => {
  const page = await reader(t);
  await page.page.getByRole('button', { name: 'Bearish', exact: true }).click();
  await until('only bearish rows are left', async () => {
    const nets = await page.column('net');
    return nets.length > 0 && nets.every((net) => amount(net) < 0);
  }, 5_000);
  assert.match(page.page.url(), /lean=bearish/);

  await page.page.reload();
  await page.live();
  assert.ok((await page.column('net')).every((net) => amount(net) <= 0), 'the address brings the filter back');

  await page.page.locator('#search').fill('ZZZZZZ');
  await page.page.getByRole('button', { name: 'Clear the filters' }).click();
  await until('all rows are back', async () => (await page.rows.count()) > 10, 5_000);
});

test('the watchlist outlives the page', { timeout: 60_000 }, async (t) => {
  const page = await reader(t, '/?sort=ticker');
  const [first, second, third] = await page.column('ticker');
  for (const ticker of [first, third]) await page.row(ticker).getByRole('button', { name: `Watch ${ticker}`, exact: true }).click();

  await page.page.reload();
  await page.live();
  const watchlist = page.page.getByRole('button', { name: 'Watchlist', exact: true });
  await watchlist.click();
  await until('only the watched are shown', async () => (await page.column('ticker')).join() === [first, third].join(), 5_000);
  assert.notEqual(second, third);

  await page.row(first).getByRole('button', { name: `Unwatch ${first}` }).click();
  await until('one is left', async () => (await page.column('ticker')).join() === third, 5_000);
});

test('a link opens a ticker with its chart, levels and tape', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const { rows } = await until('the market has prints', async () => {
    const top = await server.topic('darkpool/top');
    return Object.keys(top.rows).length > 10 && top;
  }, 10_000);
  const busiest = Object.values(rows).sort((a, b) => b.prints - a.prints)[0].ticker;
  const page = await open(t, server, { path: `/?t=${busiest}` });
  await page.panel.getByRole('heading', { name: busiest, exact: true }).waitFor();
  await page.panel.locator('.chart canvas').first().waitFor();
  await until('the chart says nothing is missing', async () => (await page.panel.locator('.chart-state').textContent()) === '', 10_000);
  const tables = page.panel.getByRole('table');
  await until('levels and prints are listed', async () => {
    const counts = await tables.evaluateAll((all) => all.map((table) => table.querySelectorAll('tbody tr').length));
    return counts.length === 2 && counts.every((count) => count > 0);
  }, 15_000);
  assert.match(await page.page.title(), new RegExp(`^${busiest} `));
  await page.equals(`darkpool/ticker/${busiest}`);

  await page.panel.getByRole('button', { name: /^Close/ }).click();
  await page.panel.waitFor({ state: 'detached' });
  await page.page.goBack();
  await page.panel.getByRole('heading', { name: busiest, exact: true }).waitFor();
});

test('the tape shows only what its filters let through', { timeout: 60_000 }, async (t) => {
  const page = await reader(t, '/tape');
  const least = page.page.getByRole('combobox', { name: 'Least notional' });
  const choices = await least.locator('option').evaluateAll((all) => all.map((option) => Number(option.value)));
  const dollars = choices.find((choice) => choice > 0);
  await least.selectOption(String(dollars));
  await until('small prints are gone', async () => {
    const notionals = await page.column('notional');
    return notionals.every((text) => amount(text) >= dollars * 0.99);
  }, 5_000);

  await least.selectOption('0');
  await page.page.getByRole('button', { name: 'Bullish', exact: true }).click();
  await until('only bullish prints are left', async () => {
    const sides = await page.rows.evaluateAll((rows) => rows.map((row) => row.querySelector('.c-price').classList.contains('up')));
    return sides.length > 0 && sides.every(Boolean);
  }, 5_000);
  assert.match(page.page.url(), /side=bullish/);
});

test('the panel of the connection tells where the data comes from', { timeout: 60_000 }, async (t) => {
  const page = await reader(t);
  await page.badge.click();
  const panel = page.dialog('Connection');
  await panel.getByText('darkpool/top').waitFor();
  await until('the source and its state are named', async () => /demo\s+live/i.test(await panel.innerText()), 15_000);
  await until('traffic is counted', async () => /\d+ messages/.test(await panel.innerText()), 5_000);
});
