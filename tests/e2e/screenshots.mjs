// The pictures of the README: `npm run screenshots` writes them to docs/screenshots.

import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browser.mjs';
import { Dashboard, WIDE } from './lib/page.mjs';
import { Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const OUT = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** The ticker with the most prints: its chart has something to show. */
async function busiest(server) {
  const { rows } = await server.topic('darkpool/top');
  return Object.values(rows).sort((a, b) => b.prints - a.prints)[0].ticker;
}

/** 256 colours are enough for a page of text and bars. Without pngquant the picture stays large. */
function shrink(path) {
  spawnSync('pngquant', ['--force', '--speed', '1', '--output', path, path]);
}

await mkdir(OUT, { recursive: true });
const server = await Server.start({ settings: { UNDERCURRENT_DEMO_SEED: '1', UNDERCURRENT_DEMO_TICKERS: '500', UNDERCURRENT_DEMO_RATE: '100' } });
const browser = await launch();
const ticker = await busiest(server);
const pictures = [
  ['table-light', { viewport: WIDE, path: '/' }],
  ['table-dark', { viewport: WIDE, colorScheme: 'dark', path: '/' }],
  ['detail-light', { viewport: WIDE, path: `/?t=${ticker}` }],
  ['detail-dark', { viewport: WIDE, colorScheme: 'dark', path: `/?t=${ticker}` }],
  ['tape-dark', { viewport: WIDE, colorScheme: 'dark', path: '/tape' }],
  ['phone-light', { ...PHONE, path: '/' }],
  ['phone-dark', { ...PHONE, colorScheme: 'dark', path: '/' }],
  ['phone-detail-dark', { ...PHONE, colorScheme: 'dark', path: `/?t=${ticker}` }],
];
for (const [name, options] of pictures) {
  const page = await Dashboard.open(browser, server.origin, options);
  await page.live();
  await page.says(/Live/, 10_000);
  await until('sources are told', () => page.page.locator('.banner.pretence').count(), 15_000);
  if (options.path.includes('t=')) {
    await until('the chart is drawn', async () => (await page.panel.locator('.chart-state').textContent()) === '', 15_000);
  }
  const strip = page.page.locator('.strip');
  if (await strip.count()) await until('the market is summed up', async () => !/top 0/.test(await strip.innerText()), 5_000);
  await page.moreUpdates(8, 15_000);
  const path = `${OUT}${name}.png`;
  await page.page.screenshot({ path });
  shrink(path);
  await page.close();
  console.log(`${name}.png`);
}
await browser.close();
await server.remove();
