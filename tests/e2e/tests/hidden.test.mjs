// A tab that nobody looks at asks for less, and catches up when it is shown.

import assert from 'node:assert/strict';
import test from 'node:test';
import { TOP } from '../lib/page.mjs';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { server: start, page: open } = suite();

/** What a tab hears when it is hidden or shown. */
function turn(page, state) {
  return page.page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => state === 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

/** The pace of the newest subscription to a topic, as the page asked for it. */
function askedPace(page, topic) {
  const asked = page.frames.filter(({ sent, message }) => sent && message.type === 'subscribe');
  return asked.flatMap(({ message }) => message.topics).findLast((entry) => entry.topic === topic)?.pace_ms;
}

/** The pace the server granted last. */
function grantedPace(page, topic) {
  const granted = page.frames.filter(({ message }) => message.type === 'subscribed');
  return granted.flatMap(({ message }) => message.topics).findLast((entry) => entry.topic === topic)?.pace_ms;
}

test('hidden for 30 s, the page asks for a slower pace; shown again, it catches up', { timeout: 90_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server);
  await page.live();
  await page.moreUpdates(4, 10_000);
  assert.equal(askedPace(page, TOP), undefined);

  const hiddenAt = performance.now();
  await turn(page, 'hidden');
  await until('the page asks for a slower pace', () => askedPace(page, TOP) === 5_000, 35_000);
  assert.ok(performance.now() - hiddenAt > 29_900, 'not before 30 s');
  await until('the server grants it', () => grantedPace(page, TOP) === 5_000, 5_000);
  await page.moreUpdates(1, 12_000);
  assert.equal((await page.status()).phase, 'live');

  await turn(page, 'visible');
  await until('the page asks for its own pace', () => askedPace(page, TOP) === undefined, 5_000);
  await until('the server grants it', () => grantedPace(page, TOP) < 5_000, 5_000);
  await page.moreUpdates(4, 5_000);
  await page.equals(TOP);
});
