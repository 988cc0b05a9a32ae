// The dashboard as its readers see it, and as `window.__undercurrent` tells of itself.

import assert from 'node:assert/strict';
import { until } from './wait.mjs';

export const TOP = 'darkpool/top';
export const TAPE = 'darkpool/tape';
export const WIDE = { width: 1440, height: 900 };

/** Notes each WebSocket's birth and death, and what the page's policy refused, by the page's clock. */
function watch() {
  const sockets = [];
  const violations = [];
  Object.assign(window, { __sockets: sockets, __violations: violations });
  window.WebSocket = class extends window.WebSocket {
    constructor(...args) {
      super(...args);
      const life = { at: performance.now(), opened: null, closed: null };
      sockets.push(life);
      this.addEventListener('open', () => { life.opened = performance.now(); });
      this.addEventListener('close', () => { life.closed = performance.now(); });
    }
  };
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
  });
}

/** Sets one of the settings that the page carries, before its program reads it. */
function setting({ name, value }) {
  const set = () => document.querySelector(`meta[name="undercurrent-${name}"]`)?.setAttribute('content', value);
  new MutationObserver(set).observe(document, { childList: true, subtree: true });
}

export class Dashboard {
  /** Messages of the browser's console that say something went wrong. */
  errors = [];
  /** Frames of the WebSockets, both ways, in order: `{sent, message}`. */
  frames = [];

  constructor(page, origin) {
    Object.assign(this, { page, origin });
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('websocket', (socket) => {
      const keep = (sent) => ({ payload }) => this.frames.push({ sent, message: JSON.parse(payload) });
      socket.on('framesent', keep(true)).on('framereceived', keep(false));
    });
  }

  /**
   * Opens a page of the dashboard. `jitter` is what the page adds to its waits, in percent.
   * Further options are those of a browser context.
   */
  static async open(browser, origin, { path = '/', jitter, ...options } = {}) {
    const context = await browser.newContext({ viewport: WIDE, colorScheme: 'light', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.addInitScript(watch);
    if (jitter !== undefined) await page.addInitScript(setting, { name: 'jitter-percent', value: String(jitter) });
    const dashboard = new Dashboard(page, origin);
    await dashboard.go(path);
    return dashboard;
  }

  /** Goes to a path of the dashboard and waits until the program runs. */
  async go(path) {
    await this.page.goto(this.origin + path);
    await this.page.waitForFunction(() => window.__undercurrent?.status());
  }

  async close() {
    await this.page.context().close();
  }

  // --- what the page says of itself

  status() {
    return this.page.evaluate(() => window.__undercurrent.status());
  }

  counters() {
    return this.page.evaluate(() => window.__undercurrent.counters());
  }

  sockets() {
    return this.page.evaluate(() => window.__sockets);
  }

  violations() {
    return this.page.evaluate(() => window.__violations);
  }

  /** A topic's rows now, `{position, rows}`; `null` before there are any. */
  topic(topic) {
    return this.page.evaluate((topic) => {
      const { rows, positions } = window.__undercurrent;
      const text = rows(topic);
      return text === undefined || text === null ? null : { position: positions()[topic], rows: JSON.parse(text) };
    }, topic);
  }

  // --- what a reader sees

  get badge() {
    return this.page.locator('#badge');
  }

  /** The rows of the table or the tape that show something. */
  get rows() {
    return this.page.locator('.grid-body .row:not([hidden])');
  }

  /** The row of a ticker. */
  row(ticker) {
    return this.rows.filter({ has: this.page.locator('.c-ticker, .c-symbol').getByText(ticker, { exact: true }) });
  }

  get panel() {
    return this.page.locator('aside.panel');
  }

  dialog(name) {
    return this.page.getByRole('dialog', { name });
  }

  /** The texts of a column, from the top row down. */
  async column(name) {
    const cells = await this.rows.evaluateAll((rows, name) => {
      const place = (row) => Number(row.style.getPropertyValue('--i'));
      const shown = rows.sort((a, b) => place(a) - place(b));
      return shown.map((row) => row.querySelector(`.c-${name}`).textContent.trim());
    }, name);
    return cells;
  }

  // --- waiting

  /** Waits until the badge reads so. */
  async says(pattern, withinMs) {
    await until(`the badge reads ${pattern}`, async () => pattern.test(await this.badge.innerText()), withinMs);
  }

  /** Waits until the page follows the server by WebSocket and shows rows. */
  async live(withinMs = 10_000) {
    await until('the page is live', async () => (await this.status()).phase === 'live', withinMs);
    await this.rows.first().waitFor();
  }

  /** Waits until so many more updates have arrived. */
  async moreUpdates(count, withinMs) {
    const { updates } = await this.counters();
    await until(`${count} more updates`, async () => (await this.counters()).updates >= updates + count, withinMs);
  }

  /**
   * Waits until page and server are at the same position of a topic, then compares all rows. The
   * page itself asks the server, at its own address or that of `from`: from outside, the two would
   * be told of too far apart.
   */
  async equals(topic, { from = this.origin, withinMs = 10_000 } = {}) {
    const meet = async ({ topic, from }) => {
      const { rows, positions } = window.__undercurrent;
      const answer = await fetch(`${from}/api/v1/topics/${topic}`, { cache: 'no-store' });
      const { epoch, seq, rows: theirs } = await answer.json();
      const position = `${epoch}.${seq}`;
      return positions()[topic] === position && { position, own: JSON.parse(rows(topic)), theirs };
    };
    const met = await until(`page and server meet in ${topic}`, () => this.page.evaluate(meet, { topic, from }), withinMs);
    assert.deepEqual(met.own, met.theirs, `${topic} at ${met.position}`);
    return { position: met.position, rows: met.own };
  }
}
