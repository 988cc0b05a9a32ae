// On a phone: cards instead of columns, nothing cut off, everything within a thumb's reach.

import assert from 'node:assert/strict';
import test from 'node:test';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { server: start, page: open } = suite();
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Elements of the page that reach over its right or left edge and are not meant for the ears only. */
function overhanging(page) {
  return page.page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const hidden = (element) => element.closest('.unseen, .skip, .grid-head, dialog:not([open])') !== null;
    return [...document.querySelectorAll('body *')]
      .filter((element) => !hidden(element) && element.checkVisibility())
      .filter((element) => {
        const { left, right, width: own } = element.getBoundingClientRect();
        return own > 0 && (left < -1 || right > width + 1);
      })
      .map((element) => `${element.tagName}.${element.getAttribute('class')}`);
  });
}

async function assertFits(page) {
  const { scroll, client } = await page.page.evaluate(() => {
    const { scrollWidth: scroll, clientWidth: client } = document.documentElement;
    return { scroll, client };
  });
  assert.equal(scroll, client, 'the page does not scroll sideways');
  assert.deepEqual(await overhanging(page), []);
}

/** Names of the controls that cannot be pressed where they are: too small, covered, or outside. */
function unreachable(page) {
  return page.page.evaluate(() => {
    const { innerWidth, innerHeight } = window;
    const controls = [...document.querySelectorAll('header.top :is(a, button), .tools :is(button, input, select)')];
    return controls.filter((control) => control.checkVisibility()).filter((control) => {
      const { x, y, width, height } = control.getBoundingClientRect();
      const [cx, cy] = [x + width / 2, y + height / 2];
      const inside = cx > 0 && cy > 0 && cx < innerWidth && cy < innerHeight;
      const hit = inside && document.elementFromPoint(cx, cy);
      // WCAG 2.2, 2.5.8: 24 by 24 pixels at least. A field is pressed by its label too.
      const target = control.closest('label') ?? control;
      const { width: w, height: h } = target.getBoundingClientRect();
      return !(hit && (target.contains(hit) || hit.contains(control)) && w >= 24 && h >= 24);
    }).map((control) => control.getAttribute('aria-label') ?? control.textContent.trim());
  });
}

test('the table fits a phone and its rows can be read', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, PHONE);
  await page.live();
  await assertFits(page);
  assert.deepEqual(await unreachable(page), []);

  const row = page.rows.first();
  for (const cell of ['ticker', 'net', 'split']) assert.ok(await row.locator(`.c-${cell}`).isVisible(), cell);
  const { height } = await row.boundingBox();
  assert.ok(height >= 44, `a row of ${height} px can be pressed`);
  const cut = await page.rows.evaluateAll((rows) => rows.flatMap((row) => [...row.querySelectorAll('.c-ticker, .c-net')])
    .filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent));
  assert.deepEqual(cut, [], 'names and amounts are not cut');
});

test('a ticker opens on a phone and closes again', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, PHONE);
  await page.live();
  await page.rows.nth(2).locator('.c-ticker').tap();
  await page.panel.waitFor();
  await until('the panel shows the day', async () => /\$/.test(await page.panel.locator('.lead').innerText()), 10_000);
  await assertFits(page);
  await page.panel.getByRole('button', { name: /^Close/ }).tap();
  await page.panel.waitFor({ state: 'detached' });
});

test('the tape fits a phone', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, { ...PHONE, path: '/tape' });
  await page.live();
  await assertFits(page);
  assert.deepEqual(await unreachable(page), []);
});
