// A server that speaks as much of the protocol as a page needs, and whose load is exactly set: so
// many cells a second, in so many frames a second, the same for every page that connects.

import { readdir, readFile } from 'node:fs/promises';
import http from 'node:http';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import { CELLS, Market, TOPIC } from './market.mjs';
import { OddsMarket } from './odds.mjs';

const FRAMES_PER_S = 50;
const TICKERS = 500;
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };
const here = (name) => readFile(new URL(name, import.meta.url));

export class StandIn {
  /** Cells that change each second. */
  cellsPerS = 1_000;
  /** Rows that were sent since the start. */
  rowsSent = 0;
  /** How large the market of odds is, and which share of it changes each half second. */
  odds = { markets: 140, share: 0.2 };
  #files = new Map();
  #server = http.createServer((request, response) => this.#answer(request, response));

  /** Serves the dashboard of `dist`, and at `/peer` the page that does the same without a framework. */
  static async start(dist) {
    const self = new StandIn();
    for (const name of await readdir(dist, { recursive: true })) {
      if (TYPES[extname(name)]) self.#files.set(`/${name}`, await readFile(join(dist, name)));
    }
    const index = self.#files.get('/index.html');
    if (!index) throw new Error(`there is no dashboard in ${dist}: cargo xtask build makes it`);
    self.#files.set('/', index);
    // The same styles, so that the same pixels are drawn.
    const styles = index.toString().match(/<style[^>]*>[\s\S]*?<\/style>/g).join('\n');
    self.#files.set('/peer', Buffer.from((await here('peer.html')).toString().replace('<!-- styles -->', styles)));
    self.#files.set('/peer.mjs', await here('peer.mjs'));
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'undercurrent.v1' });
    self.#server.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => self.#serve(client)));
    await new Promise((resolve) => self.#server.listen(0, '127.0.0.1', resolve));
    self.origin = `http://127.0.0.1:${self.#server.address().port}`;
    return self;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    // The first rows come by WebSocket here; whoever polls is told that nothing is new.
    if (pathname.startsWith('/api/')) return response.writeHead(304).end();
    const page = /^\/(tape|odds|event|arbs|bets|books)\b/.test(pathname);
    const file = this.#files.get(page ? '/index.html' : pathname);
    if (!file) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': (!page && TYPES[extname(pathname)]) || TYPES['.html'] }).end(file);
  }

  #serve(client) {
    const say = (message) => client.send(JSON.stringify(message));
    const limits = { messages_per_s: 10, burst: 20, topics: 128, message_bytes: 16384 };
    say({ type: 'welcome', client: 'c-1', session_ms: Date.now(), heartbeat_ms: 10_000, version: '1.0.0', user: null, limits });
    const market = new Market(TICKERS);
    const odds = new OddsMarket(this.odds);
    let flow;
    let board;
    const heartbeat = () => {
      const heads = flow ? { [TOPIC]: market.position() } : {};
      say({ type: 'heartbeat', ts: Date.now(), clients: 1, heads, sources: { demo: 'live' } });
    };
    heartbeat();
    const heart = setInterval(heartbeat, 5_000);
    client.on('close', () => { clearInterval(heart); clearInterval(flow); clearInterval(board); });
    client.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'ping') say({ type: 'pong', t0: message.t0, t1: Date.now() });
      if (message.type !== 'subscribe') return;
      const [epoch, seq] = market.position().split('.');
      const place = (topic) => (odds.has(topic) ? odds.position() : { epoch, seq: Number(seq) });
      const topics = message.topics.map(({ topic }) => ({ topic, ...place(topic), mode: 'snapshot', pace_ms: 20 }));
      say({ type: 'subscribed', id: message.id, topics });
      for (const { topic } of topics) {
        if (odds.has(topic)) say(odds.snapshot(topic));
        if (topic.startsWith('odds/board/')) {
          clearInterval(board);
          board = setInterval(() => {
            const update = odds.update(this.odds.share);
            this.rowsSent += Object.keys(update.set).length;
            say(update);
          }, 500);
        }
      }
      if (message.topics.some(({ topic }) => topic === TOPIC)) {
        say(market.snapshot());
        clearInterval(flow);
        flow = this.#flow(market, say);
      }
    });
  }

  /** Frames by the clock: what a timer is late is made up for. */
  #flow(market, say) {
    const begun = performance.now();
    let [frames, rows] = [0, 0];
    return setInterval(() => {
      const due = ((performance.now() - begun) / 1_000) * FRAMES_PER_S;
      for (; frames < due; frames++) {
        const count = Math.floor(((frames + 1) * this.cellsPerS) / CELLS / FRAMES_PER_S) - rows;
        rows += count;
        this.rowsSent += count;
        if (count > 0) say(market.update(count));
      }
    }, 1_000 / FRAMES_PER_S / 2);
  }
}
