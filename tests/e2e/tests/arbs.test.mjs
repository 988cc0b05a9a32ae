// Arbitrages: the list that moves, what is over, and the calculator that follows the prices.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { Sportsbook, market } from '../lib/sportsbook.mjs';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { page: open } = suite();
const DIST = process.env.UNDERCURRENT_DIST ?? fileURLToPath(new URL('../../../dist', import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** A book with three opportunities, and a page. */
async function arbs(t, path = '/arbs', options = {}) {
  const book = await Sportsbook.start(DIST);
  t.after(() => book.close());
  book.open('e1', '2.10', '2.05', { opened_ms: Date.now() - 65_000 });
  book.open('e2', '2.20', '2.10', { sport: 'soccer_epl', home: 'Arsenal', away: 'Chelsea', opened_ms: Date.now() - 5_000 });
  book.open('e3', '1.95', '1.95', { kind: 'middle', roi_pct: '-2.50', best_pct: '95.00', home: 'Heat', away: 'Bulls' });
  const page = await open(t, book, { path, ...options });
  await page.rows.first().waitFor();
  return { book, page };
}

const teams = async (page) => (await page.column('event')).map((text) => text.replace(/(basketball|soccer)_.*/, ''));
const sums = (page) => page.panel.locator('.sums').innerText().then((text) => text.replace(/\s+/g, ' '));

/** What axe objects to. */
async function violations(page) {
  await page.page.evaluate(axe);
  return page.page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

test('the list is in order, is filtered, moves, and forgets what is over', { timeout: 60_000 }, async (t) => {
  const { book, page } = await arbs(t);
  assert.deepEqual(await teams(page), ['Arsenal \u2013 Chelsea', 'Lakers \u2013 Celtics', 'Heat \u2013 Bulls']);
  await page.page.getByRole('columnheader', { name: 'Age' }).getByRole('button').click();
  await until('the youngest is first', async () => (await teams(page))[0] === 'Arsenal \u2013 Chelsea', 5_000);
  await page.page.getByRole('button', { name: 'Middles' }).click();
  await until('only the middle is left', async () => (await teams(page)).join() === 'Heat \u2013 Bulls', 5_000);
  assert.match(new URL(page.page.url()).search, /kind=middle/);
  await page.page.getByRole('group', { name: 'Kind' }).getByRole('button', { name: 'All' }).click();
  await page.page.getByLabel('Least edge').selectOption('300');
  await until('a middle counts by its best', async () => (await page.rows.count()) === 3, 5_000);
  await page.page.getByLabel('Least edge').selectOption('500');
  await until('the small edge is gone', async () => !(await teams(page)).includes('Lakers \u2013 Celtics'), 5_000);
  await page.page.getByLabel('Least edge').selectOption('0');

  book.open('e1', '2.40', '2.05');
  await page.page.locator('.c-edge.lit-up').first().waitFor({ timeout: 5_000 });
  book.end('e2', 45_000);
  await until('it is gone', async () => (await page.rows.count()) === 2, 8_000);
  await page.page.getByRole('button', { name: 'Closed' }).click();
  await until('it is among those that are over', async () => (await page.column('age')).join() === '45s', 5_000);
});

test('stakes follow the prices, and what is over says why', { timeout: 60_000 }, async (t) => {
  const { book, page } = await arbs(t);
  await page.rows.filter({ hasText: 'Lakers' }).click();
  await until('stakes for 100 are there', async () => /Staked \$(99\.99|100\.00) At worst \+\$3\.7/.test(await sums(page)), 5_000);
  const field = page.panel.getByLabel(/Total stake/);
  await field.fill('500');
  await page.panel.getByRole('group', { name: 'Round stakes to' }).getByRole('button', { name: '5', exact: true }).click();
  await until('stakes are in fives', async () => /\$495\.00/.test(await sums(page)), 5_000);
  assert.match(await page.panel.locator('.stakes').innerText(), /\$245\.00[\s\S]*\$250\.00/);

  await page.panel.getByRole('button', { name: 'Fix the stake on Over 220.5' }).click();
  await page.panel.getByLabel(/fixed leg/).fill('100');
  await until('the other follows', async () => /\$100\.00[\s\S]*\$100\.00/.test(await page.panel.locator('.stakes').innerText()), 5_000);
  await page.panel.getByRole('button', { name: 'Use a total' }).click();
  await page.panel.getByLabel(/Total stake/).fill('0.01');
  await page.panel.locator('.problem').filter({ hasText: 'Too little' }).waitFor();
  await page.panel.getByLabel(/Total stake/).fill('500');

  const before = await sums(page);
  book.open('e1', '2.30', '2.05');
  await until('stakes follow the price', async () => (await sums(page)) !== before, 5_000);
  book.put('odds/event/e1', { 'e1:totals:220.5': market('e1', '2.30', '2.05', { suspended: true }) });
  await page.panel.locator('.warnings').filter({ hasText: 'betfair_ex takes no bets on Under 220.5' }).waitFor();
  book.end('e1', 70_000);
  await page.panel.locator('.warnings').filter({ hasText: 'had lived 1m 10s' }).waitFor();
  assert.match(await page.panel.locator('.worths').innerText(), /Over 220\.5\s+49\.5%\s+\+13\.85%/);
});

test('stakes are copied, and legs go to the slip', { timeout: 60_000 }, async (t) => {
  const { page } = await arbs(t, '/arbs?a=e1', { permissions: ['clipboard-read', 'clipboard-write'] });
  await until('stakes are there', async () => /At worst \+/.test(await sums(page)), 5_000);
  await page.panel.getByRole('button', { name: 'Copy stakes' }).click();
  const text = await page.page.evaluate(() => navigator.clipboard.readText());
  assert.match(text, /^Lakers - Celtics\nOver 220\.5 @ 2\.10 at pinnacle: 49\.\d\d\nUnder/);
  await page.panel.getByRole('button', { name: 'Send to the bet slip' }).click();
  const slip = page.page.locator('aside.slip');
  await slip.locator('.leg').nth(1).waitFor();
  assert.match(await slip.innerText(), /Sign in to place/);
  assert.match(await slip.innerText(), /No bookmaker is contacted/);
  await page.page.keyboard.press('Escape');
  await slip.waitFor({ state: 'detached' });
  await page.panel.waitFor();
  await page.page.keyboard.press('Escape');
  await page.panel.waitFor({ state: 'detached' });
});

test('rows are walked and opened by keyboard', { timeout: 60_000 }, async (t) => {
  const { page } = await arbs(t);
  await page.page.keyboard.press('j');
  await page.page.keyboard.press('j');
  await page.page.locator('.grid').focus();
  await page.page.keyboard.press('Enter');
  await page.panel.getByText('Lakers \u2013 Celtics').waitFor();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, ${colorScheme}`, { timeout: 60_000 }, async (t) => {
    const { page } = await arbs(t, '/arbs?a=e1', { colorScheme });
    await until('stakes are there', async () => /At worst \+/.test(await sums(page)), 5_000);
    assert.deepEqual(await violations(page), []);
    await page.panel.getByRole('button', { name: 'Send to the bet slip' }).click();
    assert.deepEqual(await violations(page), []);
  });
}

test('the list and the calculator fit a phone', { timeout: 60_000 }, async (t) => {
  const { page } = await arbs(t, '/arbs', PHONE);
  const fits = () => page.page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const hidden = (element) => element.closest('.unseen, .skip, .grid-head, .top nav, dialog:not([open])') !== null;
    return [...document.querySelectorAll('body *')].filter((element) => !hidden(element) && element.checkVisibility())
      .filter((element) => { const { left, right, width: own } = element.getBoundingClientRect(); return own > 0 && (left < -1 || right > width + 1); })
      .map((element) => `${element.tagName}.${element.getAttribute('class')}`);
  });
  assert.deepEqual(await fits(), []);
  await page.rows.first().tap();
  await until('stakes are there', async () => /At worst/.test(await sums(page)), 5_000);
  assert.deepEqual(await fits(), []);
  await page.panel.getByRole('button', { name: 'Send to the bet slip' }).tap();
  await page.page.locator('aside.slip .leg').first().waitFor();
  assert.deepEqual(await fits(), []);
});
