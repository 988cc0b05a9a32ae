// axe finds nothing: on every page, in both themes, in every state a reader meets.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Gate } from '../lib/gate.mjs';
import { suite } from '../lib/suite.mjs';

const { server: start, page: open } = suite();
const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** What axe objects to, as one line for each rule and element. */
async function violations(page) {
  await page.page.evaluate(axe);
  return page.page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
      `${id} (${help}): ${target.join(' ')}: ${failureSummary.replaceAll('\n', ' ')}`));
  });
}

const PAGES = { table: '/', tape: '/tape' };
const STATES = {
  live: async () => {},
  'with a ticker in detail': async (page) => {
    const ticker = await page.rows.first().locator('.c-ticker, .c-symbol').innerText();
    await page.go(`${new URL(page.page.url()).pathname}?t=${ticker}`);
    await page.panel.waitFor();
    await page.panel.locator('.chart canvas').first().waitFor();
  },
  'with the panel of the connection': async (page) => {
    await page.badge.click();
    await page.dialog('Connection').waitFor();
  },
  'with the help': async (page) => {
    await page.page.getByRole('button', { name: 'Help and shortcuts' }).click();
    await page.dialog('Help').waitFor();
  },
  'with nothing that fits': async (page) => {
    await page.page.locator('#search').fill('ZZZZZZ');
    await page.page.locator('.empty').first().waitFor();
  },
  paused: async (page) => {
    await page.page.getByRole('button', { name: 'Pause' }).click();
    await page.page.locator('.banner.paused').waitFor();
  },
  reconnecting: async (page, gate) => {
    gate.block();
    await page.says(/Reconnecting/, 5_000);
    await page.page.locator('.banner.lost').waitFor();
  },
};

for (const [name, path] of Object.entries(PAGES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing on the ${name}, ${colorScheme}`, { timeout: 120_000 }, async (t) => {
      const server = await start(t);
      const gate = await Gate.before(server);
      t.after(() => gate.close());
      const page = await open(t, gate, { path, colorScheme });
      const found = {};
      for (const [state, enter] of Object.entries(STATES)) {
        await page.go(path);
        await page.live();
        await enter(page, gate);
        const list = await violations(page);
        if (list.length) found[state] = list;
      }
      assert.deepEqual(found, {});
    });
  }
}

test('axe finds nothing on a phone', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await page.live();
  assert.deepEqual(await violations(page), []);
});

const ODDS = ['/odds', '/arbs', '/bets', '/books'];

for (const [name, options] of Object.entries({
  'light': { colorScheme: 'light' },
  'dark': { colorScheme: 'dark' },
  'on a phone': { colorScheme: 'dark', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
})) {
  test(`axe finds nothing on the pages of odds and bets, ${name}`, { timeout: 120_000 }, async (t) => {
    const server = await start(t);
    const [sport] = await server.some('odds/sports');
    const [market] = await server.some(`odds/board/${sport.id}`);
    const paths = [...ODDS, `/event/${market.event}`];
    const page = await open(t, server, { path: paths[0], ...options });
    const found = {};
    for (const path of paths) {
      await page.go(path);
      await page.page.locator('.offer-table, .arb-leg, .o-best, .status, .welcome').first().waitFor();
      const list = await violations(page);
      if (list.length) found[path] = list;
    }
    assert.deepEqual(found, {});
  });
}
