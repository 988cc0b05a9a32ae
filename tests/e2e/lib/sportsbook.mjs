// A sportsbook that does exactly what a test tells it to: opportunities that open, move and close, a
// ledger that takes each `client_ref` once, and that can swallow its answers.

import { readdir, readFile } from 'node:fs/promises';
import http from 'node:http';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };
const LIMITS = { messages_per_s: 10, burst: 20, topics: 128, message_bytes: 16384 };
const CODES = { 'NX-401': 401, 'NX-403': 403, 'NX-409': 409, 'NX-422': 422 };
const EPOCH = 'e2e';
const cents = (number) => number.toFixed(2);

/** Tokens that are known, and whose they are. */
export const TOKENS = {
  uc_ana: { user: '42', name: 'ana', operator: false, expires_ms: null },
  uc_olga: { user: '7', name: 'olga', operator: true, expires_ms: null },
};

/** The market of the events here: a total, with two books. */
export function market(event, over, under, more = {}) {
  const price = (decimal, suspended = false) => ({ decimal, ts: Date.now() - 4_000, suspended });
  const books = (x, y) => ({ betfair_ex: price(y, more.suspended), pinnacle: price(x) });
  return {
    kind: 'market', id: `${event}:totals:220.5`, event, sport: 'basketball_nba', home: 'Lakers', away: 'Celtics', commence_ms: Date.now() + 3_600_000, live: false,
    market: 'totals', line: '220.5', devig: 'power', complete: true, updated_ms: Date.now(),
    selections: [
      { id: 'over', name: 'Over 220.5', books: books(over, '1.95'), fair: '0.4950' },
      { id: 'under', name: 'Under 220.5', books: books('1.80', under), fair: '0.5050' },
    ],
  };
}

/** An opportunity on that market, or one that differs. */
export function arb(id, over, under, more = {}) {
  const sum = 1 / over + 1 / under;
  const edge = ((1 / sum - 1) * 100).toFixed(2);
  const leg = (selection, name, book, decimal) => ({ market_id: `${id}:totals:220.5`, selection, name, book, decimal, commission_pct: '0.00', line: '220.5', stake: cents(100 / decimal / sum) });
  return {
    id, kind: 'arb', event: id, sport: 'basketball_nba', home: 'Lakers', away: 'Celtics', commence_ms: Date.now() + 3_600_000, live: false, market: 'totals', line: '220.5',
    legs: [leg('over', 'Over 220.5', 'pinnacle', over), leg('under', 'Under 220.5', 'betfair_ex', under)],
    booksum: sum.toFixed(4), roi_pct: edge, profit_per_100: edge, best_pct: edge, push_possible: false, opened_ms: Date.now() - 65_000, updated_ms: Date.now(), ...more,
  };
}

export class Sportsbook {
  /** Commands in the order in which they came: `{name, args, user}`. */
  commands = [];
  /** Commands are carried out, but nobody is told. */
  mute = false;
  #files = new Map();
  #topics = new Map();
  #clients = new Set();
  #server = http.createServer((request, response) => this.#answer(request, response));

  /** Serves the dashboard of `dist`. */
  static async start(dist) {
    const self = new Sportsbook();
    for (const name of await readdir(dist, { recursive: true })) {
      if (TYPES[extname(name)]) self.#files.set(`/${name}`, await readFile(join(dist, name)));
    }
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'undercurrent.v1' });
    self.#server.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => self.#serve(client, self.#who(request))));
    await new Promise((resolve) => self.#server.listen(0, '127.0.0.1', resolve));
    self.origin = `http://127.0.0.1:${self.#server.address().port}`;
    return self;
  }

  close() {
    this.cut();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Ends all WebSockets; with a code, as the server would. */
  cut(code, reason) {
    for (const { socket } of this.#clients) code ? socket.close(code, reason) : socket.terminate();
  }

  /** Puts rows of a topic, or takes those out that are `null`. */
  put(topic, rows) {
    const state = this.#topic(topic);
    const set = Object.fromEntries(Object.entries(rows).filter(([, row]) => row !== null));
    const del = Object.keys(rows).filter((key) => rows[key] === null);
    del.forEach((key) => state.rows.delete(key));
    Object.entries(set).forEach(([key, row]) => state.rows.set(key, row));
    const prev = state.seq++;
    this.#tell(topic, { type: 'update', topic, epoch: EPOCH, prev, seq: state.seq, ts: Date.now(), merged: 1, set, del });
  }

  /** An opportunity and its event's market. */
  open(id, over, under, more) {
    this.put(`odds/event/${id}`, { [`${id}:totals:220.5`]: market(id, over, under) });
    this.put('odds/arbs', { [id]: arb(id, over, under, more) });
  }

  /** It is over. */
  end(id, lived_ms) {
    const row = this.#topic('odds/arbs').rows.get(id);
    this.put('odds/arbs', { [id]: null });
    this.put('odds/closed', { [`${Date.now()}-${id}`]: { ...row, closed_ms: Date.now(), lived_ms, peak_roi_pct: row.roi_pct } });
  }

  /** The bets of a user, in order. */
  bets(user) {
    return [...this.#topic(`bets/${user}`).rows.values()];
  }

  /** A bet as the ledger writes it. */
  bet(user, number, more) {
    const id = `b${String(number).padStart(6, '0')}`;
    const row = {
      id, client_ref: `ref-${number}`, market: 'e1:totals:220.5', selection: 'over', book: 'pinnacle', stake: '100.00', american: -110, decimal: '1.909090909091', potential_payout: '190.91',
      status: 'placed', placed_ms: Date.now() - number, settled_ms: null, payout: null, odds_policy: 'none', event: 'Lakers - Celtics', sport: 'basketball_nba', name: 'Over 220.5', commence_ms: Date.now(), ...more,
    };
    return row;
  }

  /** Puts bets into the ledger, and reckons what is at stake. */
  keep(user, bets) {
    this.put(`bets/${user}`, Object.fromEntries(bets.map((bet) => [bet.id, bet])));
    const rows = {};
    for (const book of ['*', ...new Set(this.bets(user).map((bet) => bet.book))]) {
      const own = this.bets(user).filter((bet) => book === '*' || bet.book === book);
      const sum = (list, of) => cents(list.reduce((sum, bet) => sum + Number(of(bet)), 0));
      const open = own.filter((bet) => bet.status === 'placed');
      const settled = own.filter((bet) => bet.settled_ms);
      rows[book] = {
        user, book, open_bets: open.length, open_stake: sum(open, (bet) => bet.stake), open_payout: sum(open, (bet) => bet.potential_payout),
        settled_bets: settled.length, settled_stake: sum(settled, (bet) => bet.stake), profit: sum(settled, (bet) => bet.payout - bet.stake),
      };
    }
    this.put(`bets/${user}/exposure`, rows);
  }

  #topic(topic) {
    if (!this.#topics.has(topic)) this.#topics.set(topic, { seq: 1, rows: new Map() });
    return this.#topics.get(topic);
  }

  #tell(topic, message) {
    const text = JSON.stringify(message);
    for (const client of this.#clients) if (client.topics.has(topic)) client.socket.send(text);
  }

  #who(request) {
    const token = /(?:^|; )X-Token=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    return TOKENS[token] ?? null;
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    const json = (status, value, headers) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (pathname === '/api/v1/session') {
      if (request.method === 'GET') return json(200, this.#who(request));
      if (request.method === 'DELETE') return json(200, null, { 'set-cookie': 'X-Token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict' });
      let body = '';
      for await (const chunk of request) body += chunk;
      const { token } = JSON.parse(body);
      if (!TOKENS[token]) return json(401, { type: 'error', id: null, code: 'NX-401', message: 'this token is nobody\'s; ask for a new one', retryable: false });
      return json(200, TOKENS[token], { 'set-cookie': `X-Token=${token}; Path=/; HttpOnly; SameSite=Strict` });
    }
    // Rows come by WebSocket here; whoever polls is told that nothing is new.
    if (pathname.startsWith('/api/')) return response.writeHead(304).end();
    const file = this.#files.get(pathname) ?? this.#files.get('/index.html');
    return response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? TYPES['.html'] }).end(file);
  }

  #serve(socket, who) {
    const client = { socket, topics: new Set() };
    this.#clients.add(client);
    const say = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message));
    socket.on('close', () => this.#clients.delete(client));
    say({ type: 'welcome', client: 'c-1', session_ms: Date.now(), heartbeat_ms: 10_000, version: '1.0.0', user: who?.user ?? null, limits: LIMITS, sources: { demo: 'live' } });
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'ping') say({ type: 'pong', t0: message.t0, t1: Date.now() });
      if (message.type === 'unsubscribe') message.topics.forEach((topic) => client.topics.delete(topic));
      if (message.type === 'subscribe') this.#subscribe(client, who, message, say);
      if (message.type === 'command') this.#command(who, message, say);
    });
  }

  #subscribe(client, who, { id, topics }, say) {
    const foreign = topics.find(({ topic }) => topic.startsWith('bets/') && topic.split('/')[1] !== who?.user);
    if (foreign) return say({ type: 'error', id, code: 'NX-403', message: `${foreign.topic} is not yours`, retryable: false });
    const names = topics.map(({ topic }) => topic);
    say({ type: 'subscribed', id, topics: names.map((topic) => ({ topic, epoch: EPOCH, seq: this.#topic(topic).seq, mode: 'snapshot', pace_ms: 0 })) });
    for (const topic of names) {
      client.topics.add(topic);
      const { seq, rows } = this.#topic(topic);
      say({ type: 'snapshot', topic, epoch: EPOCH, seq, ts: Date.now(), rows: Object.fromEntries(rows) });
    }
  }

  #command(who, { id, name, args }, say) {
    this.commands.push({ name, args, user: who?.user });
    const outcome = this.#carryOut(who, name, args);
    if (this.mute) return;
    const { code, ...rest } = outcome;
    say(code ? { type: 'error', id, code, retryable: !(code in CODES), ...rest } : { type: 'reply', id, ok: rest });
  }

  #carryOut(who, name, args) {
    if (!who) return { code: 'NX-401', message: 'sign in to place a bet' };
    const mine = this.bets(who.user);
    if (name === 'get_bets') {
      const found = mine.filter((bet) => !args.client_ref || bet.client_ref === args.client_ref).filter((bet) => !args.before || bet.id < args.before);
      return { bets: found.reverse().slice(0, args.limit), more: found.length > args.limit };
    }
    if (name === 'settle_bet') {
      if (!who.operator) return { code: 'NX-403', message: 'only operators settle bets' };
      const bet = mine.find((bet) => bet.id === args.bet);
      const payout = { won: bet.potential_payout, lost: '0.00' }[args.status] ?? bet.stake;
      this.keep(who.user, [{ ...bet, status: args.status, payout, settled_ms: Date.now(), reason: args.reason }]);
      return { settled: 1 };
    }
    const known = mine.find((bet) => bet.client_ref === args.client_ref);
    if (known) return { bet: known };
    const [event] = args.market.split(':');
    const row = this.#topic(`odds/event/${event}`).rows.get(args.market);
    const selection = row.selections.find(({ id }) => id === args.selection);
    const { decimal } = selection.books[args.book];
    if (args.odds_policy === 'none' && decimal !== args.decimal) return { code: 'NX-422', message: `the price is ${decimal} now`, details: { decimal } };
    const bet = this.bet(who.user, mine.length + 1, {
      ...args, decimal, american: 0, potential_payout: cents(args.stake * decimal), name: selection.name, placed_ms: Date.now(),
    });
    this.keep(who.user, [bet]);
    return { bet };
  }
}
