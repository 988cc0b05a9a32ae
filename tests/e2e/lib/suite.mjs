// What every file of tests begins with: a browser, servers and pages that are gone afterwards.

import { after, before } from 'node:test';
import { launch } from './browser.mjs';
import { Dashboard } from './page.mjs';
import { Server } from './server.mjs';

/** Gives each test what it needs, and takes it back when the test ends. */
export function suite(browserArgs) {
  let browser;
  before(async () => { browser = await launch(browserArgs); });
  after(() => browser?.close());
  return {
    /** A server for one test. */
    async server(t, options) {
      const server = await Server.start(options);
      t.after(() => server.remove());
      return server;
    },
    /** A page for one test. `from`: a server, or anything with an `origin`. */
    async page(t, from, options) {
      const page = await Dashboard.open(browser, from.origin, options);
      t.after(() => page.close());
      return page;
    },
    get browser() {
      return browser;
    },
  };
}
