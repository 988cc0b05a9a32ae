// One Chromium for each file of tests, kept from talking to anyone but the server.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
  '--no-pings',
];

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
  if (!found) throw new Error('Chromium is missing: `apt-get install -y chromium`, or name one in CHROMIUM');
  return found;
}

/** Starts Chromium. Its sandbox is off: tests run as root, and only our own pages are opened. */
export function launch(args = []) {
  return chromium.launch({ executablePath: executable(), args: ['--no-sandbox', ...QUIET, ...args] });
}
