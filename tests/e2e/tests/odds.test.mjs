// The odds: the board of a sport, one event, how the books are doing. Prices come from a stand-in whose
// market is the same each time and moves as much as it is told to.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import test, { after, before } from 'node:test';
import { StandIn } from '../bench/standin.mjs';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { page: open } = suite();
const DIST = process.env.UNDERCURRENT_DIST ?? fileURLToPath(new URL('../../../dist', import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const BOARD = 'odds/board/soccer_epl';
const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
let standIn;
before(async () => { standIn = await StandIn.start(DIST); });
after(() => standIn.close());

/** A board that shows prices. */
async function board(t, path = '/odds/soccer_epl', options = {}) {
  standIn.odds = { markets: 140, share: 0.2 };
  const page = await open(t, standIn, { path, ...options });
  await page.page.locator('.board .grid-body .row:not([hidden]) .o-book:not(:empty)').first().waitFor();
  return page;
}

/** The lines on the screen, from the top: an event's text, or a selection's name. */
const lines = (page) => page.page.locator('.board .grid-body .row:not([hidden])').evaluateAll((rows) => {
  const place = (row) => Number(row.style.getPropertyValue('--i'));
  return rows.sort((a, b) => place(a) - place(b))
    .map((row) => (row.classList.contains('event') ? `# ${row.querySelector('.o-event a').textContent}` : row.querySelector('.o-name').textContent));
});

/** The line of a selection of an event: the first below the event's. */
const line = async (page, event, selection) => {
  const all = await lines(page);
  const at = all.indexOf(selection, all.indexOf(`# ${event}`));
  return page.page.locator(`.board .grid-body .row[aria-rowindex="${at + 2}"]`);
};

const violations = async (page) => {
  await page.page.evaluate(axe);
  return page.page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
};

test('every price on the screen is the one that was sent, and the best is marked', { timeout: 60_000 }, async (t) => {
  const page = await board(t);
  standIn.odds.share = 0;
  const compare = async () => {
    const rows = await page.page.evaluate((topic) => JSON.parse(window.__undercurrent.rows(topic)), BOARD);
    const market = rows['e00000:h2h'];
    const home = market.selections[0];
    const row = await line(page, `${market.home} \u2013 ${market.away}`, home.name);
    const shown = await row.evaluate((row) => ({
      fair: row.querySelector('.o-fair').textContent,
      best: row.querySelector('.o-best').firstChild.textContent,
      cells: [...row.querySelectorAll('.o-book')].map((cell) => [cell.textContent, cell.classList.contains('best'), cell.classList.contains('off')]),
    }));
    const books = await page.page.locator('.board .grid-head .o-book').evaluateAll((heads) => heads.map((head) => head.querySelector('button').getAttribute('aria-label')));
    const names = { bet365: 'bet365', Betfair: 'betfair_ex_uk', Ladbrokes: 'ladbrokes_uk', Coral: 'coral', Caesars: 'caesars' };
    assert.equal(shown.best, home.best.decimal);
    assert.equal(shown.fair, (1 / Number(home.fair)).toFixed(2));
    let seen = 0;
    books.forEach((label, i) => {
      const id = names[/^Pin (.*), /.exec(label)?.[1]];
      if (!id) return;
      const price = home.books[id];
      assert.deepEqual(shown.cells[i], [price.decimal, price.decimal === home.best.decimal && !price.suspended, price.suspended], id);
      seen++;
    });
    assert.ok(seen >= 4, `${seen} books were compared`);
    return true;
  };
  // A price may move between the two readings.
  let wrong;
  await until('screen and rows agree', async () => compare().catch((error) => { wrong = error; return false; }), 10_000).catch(() => { throw wrong; });
});

test('prices light up when they move', { timeout: 60_000 }, async (t) => {
  const page = await board(t);
  await page.page.locator('.board .o-book.lit-up, .board .o-book.lit-down').first().waitFor({ state: 'attached' });
  await page.page.locator('.board .o-book.rose').first().waitFor({ state: 'attached' });
  await page.page.locator('.board .o-book.fell').first().waitFor({ state: 'attached' });
});

test('the format of prices is kept', { timeout: 60_000 }, async (t) => {
  const page = await board(t);
  const cell = page.page.locator('.board .grid-body .row:not([hidden], .event) .o-book').first();
  const format = page.page.getByLabel('Format of prices');
  for (const [key, pattern] of [['american', /^[+\u2212]\d+$/], ['fractional', /^\d+\/\d+$/], ['probability', /^\d+\.\d%$/], ['decimal', /^\d+\.\d\d$/], ['american', /^[+\u2212]\d+$/]]) {
    await format.selectOption(key);
    await until(`prices are ${key}`, async () => pattern.test(await cell.textContent()), 5_000);
  }
  await page.go('/odds/soccer_epl');
  await until('prices are still american', async () => /^[+\u2212]\d+$/.test(await cell.textContent()), 5_000);
});

test('markets, events and teams are chosen, and the address says so', { timeout: 60_000 }, async (t) => {
  const page = await board(t);
  const { page: browser } = page;
  await browser.getByRole('button', { name: 'Total' }).click();
  await until('totals are shown', async () => (await lines(page)).includes('Over 2.5'), 5_000);
  await browser.getByRole('button', { name: 'Live', exact: true }).click();
  await until('three events are live', async () => (await lines(page)).filter((text) => text.startsWith('#')).length === 3, 5_000);
  await browser.locator('#search').fill('villa');
  await until('one is left', async () => (await lines(page)).filter((text) => text.startsWith('#')).join() === '# Aston Villa \u2013 Leeds', 5_000);
  assert.equal(new URL(browser.url()).search, '?m=totals&q=villa&when=live');
  await browser.locator('#search').fill('nobody');
  await browser.getByText('No event fits.').waitFor();
  await browser.getByRole('button', { name: 'Clear the filters' }).click();
  await until('all are back', async () => (await lines(page)).length > 10, 5_000);
  assert.equal(new URL(browser.url()).search, '?m=totals');
});

test('a pinned book comes first, also after a reload, and those out of sight are a scroll away', { timeout: 60_000 }, async (t) => {
  const page = await board(t);
  const heads = () => page.page.locator('.board .grid-head .o-book').evaluateAll((heads) => {
    const left = (head) => head.getBoundingClientRect().left;
    return heads.sort((a, b) => left(a) - left(b)).map((head) => head.textContent);
  });
  const grid = page.page.locator('.board');
  assert.ok((await heads()).length < 20, 'only the books in sight have cells');
  await grid.evaluate((grid) => { grid.scrollLeft = 9_999; });
  await until('the last book is in sight', async () => (await heads()).at(-1) === 'William Hill', 5_000);
  await page.page.getByRole('button', { name: /^Pin William Hill/ }).click();
  await grid.evaluate((grid) => { grid.scrollLeft = 0; });
  await until('it is the first', async () => (await heads())[0] === 'William Hill', 5_000);
  await page.go('/odds/soccer_epl');
  await until('it is still the first', async () => (await heads())[0] === 'William Hill', 10_000);
});

test('the keyboard walks the board, opens an event and leads from page to page', { timeout: 60_000 }, async (t) => {
  const page = await board(t);
  const { keyboard } = page.page;
  const cursor = page.page.locator('.board .row.cursor');
  await keyboard.press('j');
  await until('the first line is chosen', async () => (await cursor.getAttribute('aria-rowindex')) === '2', 5_000);
  const id = await cursor.getAttribute('id');
  await until('assistive technology is told', async () => (await page.page.getByRole('grid').getAttribute('aria-activedescendant')) === id, 5_000);
  await page.page.getByRole('grid').focus();
  await keyboard.press('End');
  await until('the last line is chosen', async () => (await cursor.getAttribute('aria-rowindex')) === (await page.page.getByRole('grid').getAttribute('aria-rowcount')), 5_000);
  await keyboard.press('Enter');
  await page.page.waitForURL(/\/event\/e\d+$/);
  for (const [key, path] of [['k', '/books'], ['a', '/arbs'], ['b', '/bets'], ['o', '/odds'], ['t', '/tape'], ['d', '/']]) {
    await keyboard.press('g');
    await keyboard.press(key);
    await page.page.waitForURL((url) => url.pathname === path);
  }
});

test('an event shows what each book offers and how prices moved', { timeout: 60_000 }, async (t) => {
  const page = await board(t);
  const { page: browser } = page;
  await browser.getByRole('link', { name: 'Aston Villa \u2013 Leeds' }).click();
  await browser.waitForURL(/\/event\/e00001$/);
  await browser.getByRole('heading', { name: /Aston Villa \u2013 Leeds\s*1\u20131/ }).waitFor();
  await browser.locator('.movement canvas').first().waitFor();
  const table = browser.locator('.offer-table');
  assert.equal(await table.locator('tbody tr:not(.sum)').count(), 20);
  const best = await table.locator('tr.sum').first().locator('td').first().innerText();
  await until('the best price is marked', async () => (await table.locator('td.best').allInnerTexts()).includes(best), 5_000);
  assert.ok((await table.locator('td.off').count()) >= 1, 'what is suspended is struck out');
  await browser.getByRole('button', { name: 'Total 2.5' }).click();
  await table.getByText('Under 2.5').waitFor();
  await browser.getByRole('button', { name: 'Under 2.5' }).click();
  assert.equal(new URL(browser.url()).search, '?m=e00001:totals:2.5&s=under');
  const entry = browser.getByRole('button', { name: 'Pinnacle' });
  await entry.click();
  await until('the line is drawn', async () => (await entry.getAttribute('aria-pressed')) === 'true', 5_000);
  await browser.getByRole('link', { name: 'EPL' }).click();
  await browser.waitForURL(/\/odds\/soccer_epl$/);
});

test('the books say how they are doing, in words', { timeout: 60_000 }, async (t) => {
  standIn.odds = { markets: 140, share: 0.2 };
  const page = await open(t, standIn, { path: '/books' });
  await page.page.getByText('20 books: 18 online, 1 degraded, 1 offline.').waitFor();
  const row = page.page.getByRole('row', { name: /^Ladbrokes/ });
  assert.match(await row.innerText(), /offline[\s\S]*42m ago/);
  await until('the light says so', async () => /Connected latency \d+ ms/.test((await page.page.locator('.connected').innerText()).replace(/\s+/g, ' ')), 5_000);
});

test('the board fits a phone: best, fair and one book are in sight', { timeout: 60_000 }, async (t) => {
  const page = await board(t, '/odds/soccer_epl', PHONE);
  const { scroll, client } = await page.page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
  assert.equal(scroll, client, 'the page does not scroll sideways');
  const row = page.page.locator('.board .grid-body .row:not([hidden], .event)').first();
  for (const cell of ['.o-name', '.o-best', '.o-fair', '.o-book']) {
    const { x, width } = await row.locator(cell).first().boundingBox();
    assert.ok(x >= 0 && x + width <= 391, `${cell} is in sight: ${x} + ${width}`);
  }
  await page.page.locator('.board').evaluate((grid) => { grid.scrollLeft = 400; });
  const { x } = await row.locator('.o-name').boundingBox();
  assert.equal(Math.round(x), 0, 'the name stays');
});

for (const colorScheme of ['light', 'dark']) {
  for (const [name, path] of Object.entries({ board: '/odds/soccer_epl', event: '/event/e00001', books: '/books' })) {
    test(`axe finds nothing on the ${name}, ${colorScheme}`, { timeout: 60_000 }, async (t) => {
      standIn.odds = { markets: 60, share: 0.1 };
      for (const options of [{}, PHONE]) {
        const page = await open(t, standIn, { path, colorScheme, ...options });
        await page.page.locator('.o-book:not(:empty), .small tbody tr').first().waitFor();
        if (name === 'event') await page.page.locator('.movement canvas').first().waitFor();
        assert.deepEqual(await violations(page), []);
      }
    });
  }
}
