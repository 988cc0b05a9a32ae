// What a reader sees first, and that it moves.

import assert from 'node:assert/strict';
import test from 'node:test';
import { TAPE, TOP } from '../lib/page.mjs';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { server: start, page: open } = suite();

test('the table fills, moves, and says that it is live', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server);
  await page.live();
  await page.says(/^Connection:\s*Live/, 5_000);
  assert.ok(await page.rows.count() >= 10, 'the screen is full of rows');

  const before = await page.column('net');
  await until('a net amount changes', async () => (await page.column('net')).join() !== before.join(), 10_000);
  await page.page.locator('.lit-up, .lit-down').first().waitFor({ timeout: 10_000 });
});

test('the page holds exactly what the server has at the same position', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, { path: '/tape' });
  await page.live();
  await page.moreUpdates(20, 10_000);
  await page.equals(TAPE);

  await page.page.getByRole('link', { name: 'Dark pool' }).click();
  await until('the table has rows', () => page.topic(TOP), 10_000);
  await page.moreUpdates(8, 10_000);
  const { rows } = await page.equals(TOP);
  assert.ok(Object.keys(rows).length > 10);
  const { garbage, unreadable } = await page.counters();
  assert.deepEqual({ garbage, unreadable }, { garbage: 0, unreadable: 0 });
});

test('what is painted is what the rows say', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, { path: '/?sort=ticker' });
  await page.live();
  await until('the painted counts are those of the rows', async () => {
    const { rows } = await page.topic(TOP);
    const [tickers, prints] = [await page.column('ticker'), await page.column('prints')];
    const known = Object.keys(rows).sort().slice(0, tickers.length);
    const expected = known.map((ticker) => rows[ticker].prints.toLocaleString('en-US'));
    return tickers.length > 10 && tickers.join() === known.join() && prints.join(' ') === expected.join(' ');
  }, 15_000);
});

test('columns stand one below the other, also where a panel leaves little room', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const { rows } = await server.topic(TOP);
  const page = await open(t, server, { path: `/?t=${Object.keys(rows)[0]}`, viewport: { width: 1280, height: 800 } });
  await page.live();
  await page.panel.waitFor();
  // The longest text there can be, in one row.
  await page.rows.first().locator('.c-last').evaluate((cell) => { cell.textContent = '123,456.7891 \u00d7 1,234,567'; });
  // Found and measured at one moment: the list may need fewer rows at the next.
  const edges = await page.page.locator('.grid').evaluate((grid) => [...grid.querySelectorAll('.row:not([hidden])')]
    .map((row) => [...row.querySelectorAll('.c')].map((cell) => Math.round(cell.getBoundingClientRect().left)).join(' ')));
  assert.equal(new Set(edges).size, 1, [...new Set(edges)].join('\n'));
});
