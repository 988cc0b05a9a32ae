// A plain server of files, as a CDN is: it knows nothing of the server of the data.

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
};

/**
 * Serves the files of a folder.
 * @param {string} folder
 * @param {(path: string, bytes: Buffer) => Buffer | string} edit What is sent instead of a file.
 */
export async function serveFolder(folder, edit = (_, bytes) => bytes) {
  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = pathname === '/' ? '/index.html' : normalize(pathname);
    try {
      const bytes = edit(path, await readFile(join(folder, path)));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

/** The dashboard's page with one of its settings set. */
export function withSetting(html, name, value) {
  const tag = new RegExp(`<meta\\b[^>]*\\bname="?undercurrent-${name}"?[^>]*>`);
  if (!tag.test(html)) throw new Error(`the page has no setting ${name}`);
  return html.replace(tag, `<meta name="undercurrent-${name}" content="${value}">`);
}
