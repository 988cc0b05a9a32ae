// Bundles the chart into one file whose name holds a hash of its content, and writes the tag that
// tells the page that name. Trunk calls this before each build; it needs `npm ci` in this folder.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'generated');
const lazy = join(out, 'lazy');

const { outputFiles } = await build({
  entryPoints: [join(here, 'chart.mjs')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  banner: { js: '/*! TradingView Lightweight Charts(TM), Apache-2.0, (c) 2025 TradingView, Inc., tradingview.com */' },
  write: false,
});

/** Writes only what differs, so that a watching Trunk is not woken by its own hook. */
async function put(path, content) {
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before !== content) await writeFile(path, content);
}

const code = outputFiles[0].text;
const name = `chart-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
await mkdir(lazy, { recursive: true });
for (const other of await readdir(lazy)) {
  if (other !== name) await rm(join(lazy, other));
}
await put(join(lazy, name), code);
await put(join(out, 'chart.html'), `<meta name="undercurrent-chart" content="./lazy/${name}">\n`);
