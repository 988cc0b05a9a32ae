// The page's benchmark: how many bytes, how soon the first row, how much of the main thread, beside
// a page without a framework that does the same in the same run. `cargo xtask bench page` calls it.
// It measures and prints; what is slow here is for a reader to judge.

import { readdir, readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { CELLS } from './bench/market.mjs';
import { Relay } from './bench/relay.mjs';
import { StandIn } from './bench/standin.mjs';
import { launch } from './lib/browser.mjs';
import { WIDE } from './lib/page.mjs';
import { Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const LOADS = [1_000, 10_000];
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const LOADINGS = 5;
/** A board whose fifth changes each half second. */
const BOARD = { markets: 5_000, share: 0.2, books: 20 };
const PRICE = '.grid-body .row:not([hidden]) .o-book:not(:empty)';
const [WARM_MS, WINDOW_MS] = [2_000, 6_000];
/** Fast 4G: 9 Mbit/s and 60 ms there and back. */
const FAST_4G = { offline: false, latency: 60, downloadThroughput: 9e6 / 8, uploadThroughput: 1.5e6 / 8 };

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const table = (head, rows) => {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(all[0]), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...all.slice(1).map(line)].join('\n');
};
const kilobytes = (bytes) => `${(bytes / 1_000).toFixed(1)} KB`;
const judged = (value, goal) => (value <= goal ? 'met' : 'missed');

/** What a first visit downloads, and what comes when a chart is opened. */
async function sizes() {
  const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
  const sum = { first: { raw: 0, brotli: 0 }, chart: { raw: 0, brotli: 0 } };
  for (const name of await readdir(DIST, { recursive: true })) {
    if (!/\.(html|css|js|wasm)$/.test(name)) continue;
    const bytes = await readFile(`${DIST}/${name}`);
    const part = name.startsWith('lazy') ? sum.chart : sum.first;
    part.raw += bytes.length;
    part.brotli += brotli(bytes);
  }
  return sum;
}

/** Milliseconds until the first row of data is painted, on an empty cache. */
async function firstRow(browser, origin) {
  const context = await browser.newContext({ viewport: WIDE });
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.emulateNetworkConditions', FAST_4G);
  await page.addInitScript(() => {
    const look = (_, observer) => {
      if (!document.querySelector('.grid-body .row:not([hidden]) .c-ticker')?.textContent.trim()) return;
      observer.disconnect();
      requestAnimationFrame(() => { window.__firstRow = performance.now(); });
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await page.goto(origin, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.__firstRow && performance.getEntriesByName('first-contentful-paint').length);
  const times = await page.evaluate(() => ({
    row: window.__firstRow, paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  }));
  await context.close();
  return times;
}

/** Two looks at a page's processor time, and at what else `more` tells, with a while between them. */
async function watched(page, more) {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    const value = (name) => metrics.find((metric) => metric.name === name).value;
    return { at: performance.now(), task: value('TaskDuration'), script: value('ScriptDuration'), ...await more() };
  };
  await pause(WARM_MS);
  const before = await read();
  await pause(WINDOW_MS);
  const after = await read();
  const frames = await page.evaluate(() => new Promise((resolve) => {
    const [begun, wanted] = [performance.now(), 60];
    let count = 0;
    const tick = () => (++count === wanted ? resolve((1_000 * wanted) / (performance.now() - begun)) : requestAnimationFrame(tick));
    requestAnimationFrame(tick);
  }));
  const seconds = (after.at - before.at) / 1_000;
  const per = (part) => (after[part] - before[part]) / seconds;
  return { per, before, frames, busy: 100 * per('task'), script: 100 * per('script') };
}

/** A board of odds in a page: what it is sent, plain and on the wire, how soon there is a price, how busy it is. */
async function board(browser, source, path) {
  const context = await browser.newContext({ viewport: WIDE });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const relay = await Relay.before(new URL(source.origin).port);
  const begun = performance.now();
  await page.goto(relay.origin + path);
  await page.locator(PRICE).first().waitFor();
  const first = performance.now() - begun;
  const { per, before, frames, busy, script } = await watched(page, async () => {
    // The page counts for itself: a browser that tells a test of each frame has its hands full.
    const { bytes, rows } = await page.evaluate(() => window.__undercurrent.counters());
    return { plain: bytes, rows, wire: relay.received };
  });
  const [markets, books] = await page.evaluate(() => {
    const { rows } = window.__undercurrent;
    const [, , sport] = location.pathname.split('/');
    return [`odds/board/${sport}`, 'odds/books'].map((topic) => Object.keys(JSON.parse(rows(topic))).length);
  });
  await context.close();
  relay.close();
  return { markets, books, first, busy, script, frames, snapshot: before.plain, rows: per('rows'), plain: per('plain'), wire: per('wire') };
}

/** The share of the main thread's time that a page takes, in percent, and the load it had. */
async function busy(browser, standIn, path) {
  const context = await browser.newContext({ viewport: WIDE });
  const page = await context.newPage();
  await page.goto(standIn.origin + path);
  await page.locator('.grid-body .row:not([hidden]) .c-ticker').first().waitFor();
  await until('cells are lit', () => page.locator('.lit-up, .lit-down').count(), 10_000);
  const { per, frames, busy, script } = await watched(page, () => ({ rows: standIn.rowsSent }));
  await context.close();
  return { busy, script, cells: per('rows') * CELLS, frames };
}

const browser = await launch();
console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}, Chromium ${browser.version()}\n`);

const size = await sizes();
const server = await Server.start({ settings: { UNDERCURRENT_DEMO_TICKERS: '500', UNDERCURRENT_DEMO_RATE: '50' } });
const loadings = [];
for (let i = 0; i < LOADINGS; i++) loadings.push(await firstRow(browser, server.origin));
await server.remove();
const first = median(loadings.map(({ row }) => row));
const paint = median(loadings.map(({ paint }) => paint));
console.log(table(['what', 'measured', 'goal', ''], [
  ['html, css, js, wasm: brotli', kilobytes(size.first.brotli), '120 KB', judged(size.first.brotli, 120_000)],
  ['the same, raw', kilobytes(size.first.raw), '', ''],
  ['chart, when opened: brotli', kilobytes(size.chart.brotli), '', ''],
  ['the same, raw', kilobytes(size.chart.raw), '', ''],
  [`first row, fast 4G, median of ${LOADINGS}`, `${first.toFixed(0)} ms`, '600 ms', judged(first, 600)],
  ['first contentful paint, the same', `${paint.toFixed(0)} ms`, '', ''],
]), '\n');

const standIn = await StandIn.start(DIST);
const rows = [];
for (const load of LOADS) {
  standIn.cellsPerS = load;
  const runs = { '/': [], '/peer': [] };
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever goes first changes, so that what the machine does besides falls on both.
    const paths = round % 2 ? ['/peer', '/'] : ['/', '/peer'];
    for (const path of paths) runs[path].push(await busy(browser, standIn, path));
  }
  const of = (path, what) => median(runs[path].map((run) => run[what]));
  const [own, peer] = [of('/', 'busy'), of('/peer', 'busy')];
  const goal = load === 1_000 ? 15 : 30;
  const list = (path) => runs[path].map((run) => run.busy.toFixed(1)).join(' ');
  rows.push([load.toLocaleString('en'), of('/', 'cells').toFixed(0), `${own.toFixed(1)} % (${list('/')})`, `${of('/', 'script').toFixed(1)} %`,
    `${peer.toFixed(1)} % (${list('/peer')})`, (own / peer).toFixed(2), of('/', 'frames').toFixed(0),
    `${goal} %: ${judged(own, goal)}, 1.3 x: ${judged(own / peer, 1.3)}`]);
}
console.log(table(['cells/s', 'sent', 'dashboard busy, median', 'script', 'plain JavaScript busy, median', 'ratio', 'frames/s', 'goals'], rows));

const boards = [];
const measure = async (where, source, path) => {
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await board(browser, source, path));
  const of = (what) => median(runs.map((run) => run[what]));
  const mega = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  boards.push([where, of('markets'), of('books'), of('rows').toFixed(0), mega(of('plain')), mega(of('wire')), mega(of('snapshot')), `${of('first').toFixed(0)} ms`,
    `${of('busy').toFixed(1)} % (${runs.map((run) => run.busy.toFixed(1)).join(' ')})`, `${of('script').toFixed(1)} %`, of('frames').toFixed(0), judged(of('busy'), 40)]);
};
standIn.odds = BOARD;
await measure('stand-in, one sport', standIn, '/odds/soccer_epl');
standIn.close();
const { markets, share, books } = BOARD;
const many = await Server.start({ settings: {
  UNDERCURRENT_DEMO_MARKETS: String(markets), UNDERCURRENT_DEMO_BOOKS: String(books), UNDERCURRENT_DEMO_CHANGING: String(100 * share),
} });
// The last hour of so many markets takes a while to play.
const busiest = await until('the board is full', async () => {
  const { rows } = await many.topic('odds/sports');
  const sports = Object.values(rows).sort((a, b) => b.markets - a.markets);
  return sports.length === 8 && sports.every(({ live }) => live > 0) && sports[0].id;
}, 120_000);
await measure(`server, ${busiest}`, many, `/odds/${busiest}`);
await many.remove();
console.log(`\n${table(['odds board', 'markets', 'books', 'rows/s', 'plain/s', 'on the wire/s', 'until measured', 'first price', 'busy, median', 'script', 'frames/s', '40 %'], boards)}`);
await browser.close();
