// The page from somewhere else, and what its policy lets it do.

import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { TOP } from '../lib/page.mjs';
import { serveFolder, withSetting } from '../lib/static.mjs';
import { suite } from '../lib/suite.mjs';
import { freePort } from '../lib/wait.mjs';

const { server: start, page: open } = suite();
const DIST = fileURLToPath(new URL('../../../dist', import.meta.url));

/** The dashboard on a server of files that names the server of the data. */
async function elsewhere(t, server) {
  const cdn = await serveFolder(DIST, (path, bytes) =>
    path === '/index.html' ? withSetting(bytes.toString(), 'server', server()) : bytes);
  t.after(() => cdn.close());
  return cdn;
}

test('the dashboard goes live from another origin that is allowed', { timeout: 60_000 }, async (t) => {
  let server;
  const cdn = await elsewhere(t, () => server.origin);
  server = await start(t, { settings: { UNDERCURRENT_ALLOWED_ORIGINS: cdn.origin } });
  const page = await open(t, cdn);
  await page.live();
  await page.moreUpdates(3, 10_000);
  await page.equals(TOP, { from: server.origin });
  assert.deepEqual(page.errors, []);
});

test('from an origin that is not allowed nothing is read', { timeout: 60_000 }, async (t) => {
  let server;
  const cdn = await elsewhere(t, () => server.origin);
  server = await start(t, { settings: { UNDERCURRENT_ALLOWED_ORIGINS: `http://127.0.0.1:${await freePort()}` } });
  const page = await open(t, cdn);
  await page.says(/Reconnecting|Stopped/, 10_000);
  assert.equal(await page.topic(TOP), null);
});

test('no page offends against its own policy or complains in the console', { timeout: 90_000 }, async (t) => {
  const server = await start(t);
  const page = await open(t, server);
  for (const path of ['/', '/tape', '/?sort=-net&lean=bullish', '/no/such/page']) {
    await page.go(path);
    await page.live();
    await page.rows.first().click({ position: { x: 90, y: 12 } });
    if (path !== '/tape') await page.panel.locator('.chart canvas').first().waitFor();
    await page.badge.click();
    await page.dialog('Connection').waitFor();
    await page.page.keyboard.press('Escape');
    await page.page.getByRole('button', { name: 'Help and shortcuts' }).click();
    await page.dialog('Help').waitFor();
    await page.page.keyboard.press('Escape');
    assert.deepEqual(await page.violations(), [], path);
  }
  assert.deepEqual(page.errors, []);
});

test('each page has a policy with a nonce of its own and may not be framed', { timeout: 30_000 }, async (t) => {
  const server = await start(t);
  const policies = await Promise.all([1, 2].map(async () => {
    const answer = await fetch(server.origin);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    return answer.headers.get('content-security-policy');
  }));
  assert.notEqual(policies[0], policies[1]);
  for (const policy of policies) {
    assert.match(policy, /script-src 'self' 'nonce-[^']+' 'wasm-unsafe-eval'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /script-src[^;]*'unsafe-(inline|eval)'/);
  }
});
