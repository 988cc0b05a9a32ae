// Markets of `odds/board/...` that change exactly as often as they are told to, and the topics beside
// them. The same seed gives the same frames.

const BOOKS = [
  ['pinnacle', 'Pinnacle'], ['betfair_ex_uk', 'Betfair'], ['williamhill', 'William Hill'], ['bet365', 'bet365'], ['unibet_uk', 'Unibet'],
  ['draftkings', 'DraftKings'], ['fanduel', 'FanDuel'], ['betmgm', 'BetMGM'], ['caesars', 'Caesars'], ['ladbrokes_uk', 'Ladbrokes'],
  ['coral', 'Coral'], ['betvictor', 'Bet Victor'], ['marathonbet', 'Marathon Bet'], ['matchbook', 'Matchbook'], ['smarkets', 'Smarkets'],
  ['betway', 'Betway'], ['skybet', 'Sky Bet'], ['paddypower', 'Paddy Power'], ['boylesports', 'BoyleSports'], ['livescorebet', 'LiveScore Bet'],
];
const TEAMS = [
  'Arsenal', 'Aston Villa', 'Bournemouth', 'Brentford', 'Brighton', 'Burnley', 'Chelsea', 'Crystal Palace', 'Everton', 'Fulham',
  'Leeds', 'Liverpool', 'Manchester City', 'Manchester United', 'Newcastle', 'Nottingham Forest', 'Sunderland', 'Tottenham', 'West Ham', 'Wolves',
];
const EPOCH = 'bench2';
const KINDS = ['h2h', 'spreads', 'totals'];
const LINES = { h2h: [null], spreads: ['-1.5', '-0.5', '0.5'], totals: ['1.5', '2.5', '3.5'] };
const MINUTE = 60_000;

/** Numbers from 0 to 1 that look random (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const odds = (value) => Math.max(1.01, value).toFixed(2);

export class OddsMarket {
  seq = 1;
  sport = 'soccer_epl';

  constructor({ markets = 140, books = BOOKS.length, seed = 1 } = {}) {
    this.random = random(seed);
    this.books = BOOKS.slice(0, books);
    this.begun = Date.now();
    this.markets = [];
    for (let event = 0; this.markets.length < markets; event++) this.#addEvent(event, markets);
  }

  /** The topics that there are. */
  has(topic) {
    return ['odds/sports', 'odds/books', 'odds/arbs', 'odds/closed', `odds/board/${this.sport}`].includes(topic) || topic.startsWith('odds/event/');
  }

  position() {
    return { epoch: EPOCH, seq: this.seq };
  }

  /** All rows of a topic, as a frame. */
  snapshot(topic) {
    return { type: 'snapshot', topic, ...this.position(), ts: Date.now(), rows: this.rows(topic) };
  }

  rows(topic) {
    const now = Date.now();
    if (topic === 'odds/sports') {
      const events = new Set(this.markets.map((market) => market.event));
      const live = new Set(this.markets.filter((market) => market.live).map((market) => market.event));
      const row = (id, title, events, live) => ({ id, title, events, live, markets: this.markets.length, updated_ms: now });
      return Object.fromEntries([
        row(this.sport, 'EPL', events.size, live.size), row('basketball_nba', 'NBA', 0, 0), row('tennis_atp_french_open', 'ATP French Open', 0, 0),
      ].map((row) => [row.id, row]));
    }
    if (topic === 'odds/books') {
      return Object.fromEntries(this.books.map(([id, name], i) => [id, {
        id, name, status: i === 9 ? 'offline' : i === 4 ? 'degraded' : 'online', ...(i % 3 && { response_ms: 80 + 23 * i }),
        markets: i === 9 ? 0 : this.markets.length, active_bets: i === 0 ? 3 : 0, commission_pct: /betfair|match|smark/.test(id) ? '2.00' : '0.00',
        ...(i !== 9 && { margin_pct: (2 + i / 4).toFixed(2) }), updated_ms: i === 9 ? now - 42 * MINUTE : now,
      }]));
    }
    if (topic === `odds/board/${this.sport}`) return Object.fromEntries(this.markets.map((market) => [market.id, this.#wire(market)]));
    if (topic.startsWith('odds/event/')) return this.#eventRows(topic.slice('odds/event/'.length));
    return {};
  }

  /** A frame of the board in which a share of the markets changed. */
  update(share) {
    const set = {};
    const changed = new Set();
    while (changed.size < Math.round(this.markets.length * share)) changed.add(this.markets[Math.floor(this.random() * this.markets.length)]);
    for (const market of changed) {
      this.#move(market);
      set[market.id] = this.#wire(market);
    }
    const prev = this.seq++;
    const ts = Date.now();
    return { type: 'update', topic: `odds/board/${this.sport}`, epoch: EPOCH, prev, seq: this.seq, ts, src_ts: ts - 5, merged: 1, set, del: [] };
  }

  #addEvent(number, most) {
    const id = `e${String(number).padStart(5, '0')}`;
    const home = TEAMS[number % TEAMS.length];
    const away = TEAMS[(number * 7 + 3 + Math.floor(number / TEAMS.length)) % TEAMS.length];
    const live = number < 3;
    const commence_ms = this.begun + (live ? -30 + number : number * 11) * MINUTE;
    for (const market of KINDS) {
      for (const line of LINES[market]) {
        if (this.markets.length >= most) return;
        const p = 0.2 + this.random() * 0.5;
        const outcomes = market === 'h2h' ? [p, 0.26, 0.74 - p] : [p, 1 - p];
        this.markets.push({
          id: line === null ? `${id}:${market}` : `${id}:${market}:${line}`, event: id, home, away: away === home ? 'Ipswich' : away, commence_ms, live, market, line,
          score: live ? { home: number, away: number % 2, completed: false } : undefined,
          outcomes, spark: outcomes.map((p) => [Math.round(p * 1000)]), updated: this.begun, prices: new Map(),
        });
        this.#price(this.markets.at(-1), this.books);
      }
    }
  }

  #price(market, books) {
    for (const [book] of books) {
      const margin = 1.02 + this.random() * 0.05;
      market.prices.set(book, market.outcomes.map((p) => ({ decimal: odds(1 / (p * margin)), ts: Date.now(), suspended: book === 'ladbrokes_uk' || this.random() < 0.01 })));
    }
  }

  #move(market) {
    market.outcomes = market.outcomes.map((p) => p * (0.98 + this.random() * 0.04));
    const sum = market.outcomes.reduce((a, b) => a + b);
    market.outcomes = market.outcomes.map((p) => p / sum);
    market.spark = market.spark.map((points, i) => [...points, Math.round(market.outcomes[i] * 1000)].slice(-20));
    market.updated = Date.now();
    this.#price(market, this.books.filter(() => this.random() < 0.6));
  }

  #name({ market, line, home, away }, i) {
    const side = market === 'h2h' ? [home, 'Draw', away][i] : market === 'totals' ? ['Over', 'Under'][i] : [home, away][i];
    if (market === 'h2h') return side;
    return market === 'totals' ? `${side} ${line}` : `${side} ${i ? -Number(line) : Number(line)}`;
  }

  #wire(market) {
    const { id, event, home, away, commence_ms, live, line, score, updated } = market;
    const ids = { h2h: ['home', 'draw', 'away'], spreads: ['home', 'away'], totals: ['over', 'under'] }[market.market];
    let overround = 0;
    const selections = market.outcomes.map((p, i) => {
      const books = Object.fromEntries([...market.prices].sort().map(([book, prices]) => [book, prices[i]]));
      const fresh = Object.entries(books).filter(([, price]) => !price.suspended);
      const [book, best] = fresh.reduce((a, b) => (Number(b[1].decimal) > Number(a[1].decimal) ? b : a));
      overround += 1 / best.decimal;
      return {
        id: ids[i], name: this.#name(market, i), best: { book, decimal: best.decimal }, books, fair: p.toFixed(4), hybrid: (p * 0.99 + 0.003).toFixed(4),
        hybrid_decimal: odds(0.97 / p), spark: market.spark[i],
      };
    });
    return {
      id, event, sport: this.sport, home, away, commence_ms, live, market: market.market, line, selections, overround: overround.toFixed(4),
      devig: 'power', source: 'both', complete: true, ...(score && { score }), updated_ms: updated,
    };
  }

  #eventRows(event) {
    const rows = {};
    for (const market of this.markets.filter((market) => market.event === event)) {
      const row = this.#wire(market);
      rows[row.id] = { kind: 'market', ...row };
      for (const selection of row.selections) {
        const history = (book, decimal) => {
          const draw = random(book.length * 31 + decimal.length);
          const points = Array.from({ length: 60 }, (_, i) => [this.begun - (60 - i) * 7 * MINUTE, odds(Number(decimal) + Math.sin(i / 9 + book.length) * 0.12 + draw() * 0.06 - 0.03)]);
          rows[`${row.id}@${selection.id}@${book}`] = { kind: 'history', market: row.id, selection: selection.id, book, points };
        };
        for (const [book, price] of Object.entries(selection.books)) history(book, price.decimal);
        history('fair', odds(1 / Number(selection.fair)));
      }
    }
    return rows;
  }
}
