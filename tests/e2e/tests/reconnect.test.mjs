// The connection is lost in every way there is, and nothing else is.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Gate } from '../lib/gate.mjs';
import { TAPE, TOP } from '../lib/page.mjs';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { server: start, page: open } = suite();

/** Attempts may be later than planned by what a busy machine takes, never earlier. */
const LATE_MS = 700;

/** Every update that came over a socket continues where the page was: none missing, none twice. */
function assertUnbroken(frames) {
  const heads = new Map();
  for (const { sent, message } of frames) {
    if (sent) continue;
    const { type, topic, epoch, prev, seq } = message;
    if (type === 'snapshot') heads.set(topic, `${epoch}.${seq}`);
    if (type !== 'update') continue;
    if (heads.has(topic)) assert.equal(`${epoch}.${prev}`, heads.get(topic), `${topic} up to ${seq}`);
    heads.set(topic, `${epoch}.${seq}`);
  }
}

test('a dead server is tried after 2, 4 and 8 seconds, then polled, and live again when it is back', { timeout: 120_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, { path: '/tape', jitter: 0 });
  await page.live();
  await page.moreUpdates(5, 10_000);

  await server.kill();
  await page.says(/Reconnecting/, 5_000);
  await page.says(/in [12] s/, 5_000);
  await page.page.locator('.banner.lost').waitFor();
  await until('the page polls', async () => (await page.status()).phase === 'polling', 25_000);
  await page.says(/Polling/, 5_000);

  const [lost, ...attempts] = await page.sockets();
  assert.equal(attempts.length, 3);
  const waits = attempts.map((attempt, i) => attempt.at - [lost, ...attempts][i].closed);
  t.diagnostic(`waited ${waits.map((wait) => wait.toFixed(0)).join(', ')} ms`);
  [2_000, 4_000, 8_000].forEach((planned, i) => {
    assert.ok(waits[i] > planned - 20 && waits[i] < planned + LATE_MS, `attempt ${i + 1} after ${waits[i]} ms`);
  });

  const { snapshots } = await page.counters();
  await server.start();
  await page.live(40_000);
  await page.says(/Live/, 5_000);
  await page.moreUpdates(5, 10_000);
  const { rows } = await page.equals(TAPE);
  const ids = Object.values(rows).map((print) => print.id);
  assert.equal(new Set(ids).size, ids.length, 'no print twice');
  assert.equal((await page.counters()).snapshots, snapshots, 'the page went on from where it was');
});

test('killed without warning and started again, the server resumes the page without a snapshot', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server, { jitter: 0 });
  await page.live();
  await page.moreUpdates(6, 10_000);
  const before = await page.topic(TOP);
  const { snapshots } = await page.counters();

  await server.kill();
  await page.says(/Reconnecting/, 5_000);
  await server.start();
  await page.live(20_000);
  await page.moreUpdates(3, 10_000);

  const after = await page.equals(TOP);
  assert.equal(after.position.split('.')[0], before.position.split('.')[0], 'the same epoch');
  assert.equal((await page.counters()).snapshots, snapshots);
  const modes = page.frames.filter(({ message }) => message.type === 'subscribed').map(({ message }) => message.topics);
  const resumed = modes.at(-1).find(({ topic }) => topic === TOP);
  assert.match(resumed.mode, /^(resumed|live)$/);
  assertUnbroken(page.frames);
});

test('where WebSockets are blocked the data comes by HTTP, and by WebSocket once it can', { timeout: 120_000 }, async (t) => {
  const server = await start(t);
  const gate = await Gate.before(server, { sockets: false });
  t.after(() => gate.close());
  const page = await open(t, gate, { jitter: 0 });
  await page.rows.first().waitFor({ timeout: 3_000 });
  assert.notEqual((await page.status()).phase, 'live');

  await page.says(/Polling/, 25_000);
  await page.moreUpdates(4, 15_000);
  await page.equals(TOP, { withinMs: 20_000 });

  gate.unblock();
  // The system says that there is news of the network: no waiting for the next attempt.
  await page.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.live(10_000);
  await page.moreUpdates(3, 10_000);
  await page.equals(TOP);
  const { garbage } = await page.counters();
  assert.equal(garbage, 0);
});

test('a connection that is cut comes back within seconds and misses nothing', { timeout: 60_000 }, async (t) => {
  const server = await start(t);
  const gate = await Gate.before(server);
  t.after(() => gate.close());
  const page = await open(t, gate, { path: '/tape', jitter: 0 });
  await page.live();
  await page.moreUpdates(5, 10_000);
  gate.block();
  gate.unblock();
  await page.says(/Reconnecting/, 5_000);
  await page.live(10_000);
  await page.moreUpdates(5, 10_000);
  await page.equals(TAPE);
  assertUnbroken(page.frames);
});
