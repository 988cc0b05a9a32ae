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

/** A live event that most books price, and an arbitrage that is still some time off its event's end. */
async function worthSeeing(server) {
  const priced = ({ market, selections }) => market === 'h2h' && selections.every(({ best }) => best);
  const markets = await server.some('odds/board/basketball_nba', priced);
  const even = ({ selections }) => Math.max(...selections.map(({ best }) => Number(best.decimal)));
  const [event] = markets.sort((a, b) => b.live - a.live || even(a) - even(b));
  const arbs = await server.some('odds/arbs');
  const [arb] = arbs.sort((a, b) => (a.kind > b.kind) - (a.kind < b.kind) || a.live - b.live || b.roi_pct - a.roi_pct);
  return { event: event.event, arb: arb.id };
}

/** A reader's token, with bets on whatever is offered: some on matches that are over before the picture is taken. */
async function withBets(server) {
  const env = { ...process.env, UNDERCURRENT_DATABASE_URL: `sqlite://${server.folder}/e2e.db` };
  const made = spawnSync(process.env.UNDERCURRENT_BIN, ['token', 'create', '--user', '42', '--name', 'ana'], { env, encoding: 'utf8' });
  const token = made.stdout.trim();
  const sports = await server.some('odds/sports');
  let number = 0;
  for (const sport of sports) {
    const markets = await server.some(`odds/board/${sport.id}`);
    const offers = markets.flatMap(({ id, live, selections }) => selections.filter(({ best }) => live && best && best.decimal < 4).map(({ id: selection, best }) => ({ market: id, selection, best })));
    for (const { market, selection, best } of offers.filter((_, at) => at % 9 === 0).slice(0, 4)) {
      const args = { client_ref: `picture-${++number}`, market, selection, book: best.book, stake: `${20 + 5 * (number % 7)}.00`, odds_policy: 'any' };
      const answer = await fetch(`${server.origin}/api/v1/commands`, {
        method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ type: 'command', id: number, name: 'place_bet', args }),
      });
      if (!answer.ok) console.log(`not placed: ${await answer.text()}`);
    }
  }
  return [{ name: 'X-Token', value: token, url: server.origin, httpOnly: true, sameSite: 'Strict' }];
}

/** 256 colours are enough for a page of text and bars. Without pngquant the picture stays large. */
function shrink(path) {
  spawnSync('pngquant', ['--force', '--speed', '1', '--output', path, path]);
}

await mkdir(OUT, { recursive: true });
const server = await Server.start({ settings: { UNDERCURRENT_DEMO_SEED: '1', UNDERCURRENT_DEMO_TICKERS: '500', UNDERCURRENT_DEMO_RATE: '100' } });
const browser = await launch();
const ticker = await busiest(server);
const { event, arb } = await worthSeeing(server);
const { cookies, origins } = await signIn(browser, server);
await placeBets(server, cookies);
const signedIn = { cookies, origins };
const pictures = [
  ['table-light', { viewport: WIDE, path: '/' }],
  ['table-dark', { viewport: WIDE, colorScheme: 'dark', path: '/' }],
  ['detail-light', { viewport: WIDE, path: `/?t=${ticker}` }],
  ['detail-dark', { viewport: WIDE, colorScheme: 'dark', path: `/?t=${ticker}` }],
  ['tape-dark', { viewport: WIDE, colorScheme: 'dark', path: '/tape' }],
  ['arbs-dark', { viewport: WIDE, colorScheme: 'dark', path: `/arbs?a=${encodeURIComponent(arb)}` }],
  ['odds-dark', { viewport: WIDE, colorScheme: 'dark', path: '/odds/basketball_nba' }],
  ['event-dark', { viewport: WIDE, colorScheme: 'dark', path: `/event/${event}` }],
  ['bets-dark', { viewport: WIDE, colorScheme: 'dark', path: '/bets' }],
  ['phone-odds-dark', { ...PHONE, colorScheme: 'dark', path: '/odds/basketball_nba' }],
  ['phone-light', { ...PHONE, path: '/' }],
  ['phone-dark', { ...PHONE, colorScheme: 'dark', path: '/' }],
  ['phone-detail-dark', { ...PHONE, colorScheme: 'dark', path: `/?t=${ticker}` }],
];
for (const [name, options] of pictures) {
  const page = await Dashboard.open(browser, server.origin, options);
  await page.page.context().addCookies(cookies);
  await page.go(options.path);
  await until('the page is live', async () => (await page.status()).phase === 'live', 10_000);
  await page.says(/Live/, 10_000);
  await until('sources are told', () => page.page.locator('.banner.pretence').count(), 15_000);
  if (options.path.includes('t=')) {
    await until('the chart is drawn', async () => (await page.panel.locator('.chart-state').textContent()) === '', 15_000);
  }
  const strip = page.page.locator('.strip');
  if (await strip.count()) await until('the market is summed up', async () => !/top 0/.test(await strip.innerText()), 5_000);
  await page.moreUpdates(8, 15_000);
  if (!/^\/(\?|$|tape)/.test(options.path)) await page.page.locator('.best, .arb-leg, .status, .offer-table').first().waitFor();
  const path = `${OUT}${name}.png`;
  await page.page.screenshot({ path });
  shrink(path);
  await page.close();
  console.log(`${name}.png`);
}
await browser.close();
await server.remove();
