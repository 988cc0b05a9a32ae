// Rows of `darkpool/top` that change exactly as often as they are told to. The same seed gives the
// same frames, so that two pages do the same work.

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SIDES = ['bullish', 'bearish', 'neutral'];

export const TOPIC = 'darkpool/top';
const EPOCH = 'bench1';
/** Cells that a print changes in the columns a reader sees: net, split, sentiment, last, age, prints, share, spark. */
export const CELLS = 8;

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

const dollars = (cents) => `${cents < 0 ? '-' : ''}${Math.floor(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;

export class Market {
  seq = 1;

  constructor(tickers, seed = 1) {
    this.random = random(seed);
    this.rows = Array.from({ length: tickers }, (_, i) => this.#newRow(i));
    // Nobody starts with an empty day.
    for (let i = 0; i < tickers * 20; i++) this.#print(this.#pick(), Date.now());
  }

  /** All rows, as a frame. */
  snapshot() {
    const rows = Object.fromEntries(this.rows.map((row) => [row.ticker, this.#wire(row)]));
    return { type: 'snapshot', topic: TOPIC, epoch: EPOCH, seq: this.seq, ts: Date.now(), rows };
  }

  /** A frame in which so many different rows have a new print. */
  update(count) {
    const now = Date.now();
    const changed = new Set();
    while (changed.size < Math.min(count, this.rows.length)) changed.add(this.#pick());
    const set = {};
    for (const row of changed) {
      this.#print(row, now);
      set[row.ticker] = this.#wire(row);
    }
    const prev = this.seq++;
    return { type: 'update', topic: TOPIC, epoch: EPOCH, prev, seq: this.seq, ts: now, src_ts: now - 5, merged: 1, set, del: [] };
  }

  position() {
    return `${EPOCH}.${this.seq}`;
  }

  #pick() {
    return this.rows[Math.floor(this.random() * this.rows.length)];
  }

  #newRow(i) {
    const ticker = LETTERS[i % 26] + LETTERS[Math.floor(i / 26) % 26] + LETTERS[(i * 7) % 26] + LETTERS[(i * 11 + 3) % 26];
    return {
      ticker, weight: 1 + this.random() * 20, price: 1_000 + Math.floor(this.random() * 40_000),
      bullish: 0, bearish: 0, neutral: 0, prints: [0, 0, 0], dark: 0, total: 0, last: null,
      spark: Array.from({ length: 30 }, () => 0),
    };
  }

  #print(row, now) {
    const side = Math.floor(this.random() * 2.2);
    const size = Math.ceil(this.random() * row.weight) * 100;
    row.price = Math.max(100, row.price + Math.floor(this.random() * 11) - 5);
    const cents = row.price * size;
    row[SIDES[side]] += cents;
    row.prints[side]++;
    row.dark += size;
    row.total += Math.floor(size * (1.5 + this.random() * 2));
    row.last = { id: `${now}-T-201-${this.seq}`, price: dollars(row.price), size: String(size), side: SIDES[side], ts: now };
    row.spark = [...row.spark.slice(1), Math.round((row.bullish - row.bearish) / 100_000)];
  }

  #wire(row) {
    const { bullish, bearish, neutral, prints, dark, total, last } = row;
    const both = bullish + bearish;
    return {
      ticker: row.ticker, bullish_amount: dollars(bullish), bearish_amount: dollars(bearish), neutral_amount: dollars(neutral),
      net_amount: dollars(bullish - bearish), ...(both > 0 && { sentiment: ((bullish - bearish) / both).toFixed(4) }),
      prints: prints[0] + prints[1] + prints[2], bullish_prints: prints[0], bearish_prints: prints[1], neutral_prints: prints[2],
      dark_shares: String(dark), total_shares: String(total), ...(total > 0 && { off_exchange_pct: ((100 * dark) / total).toFixed(4) }),
      ...(last && { last_print: last }),
      extended: { bullish_amount: '0.00', bearish_amount: '0.00', neutral_amount: '0.00', prints: 0 },
      session: new Date(Date.now()).toISOString().slice(0, 10), updated_ms: last?.ts ?? Date.now(), spark: row.spark,
    };
  }
}
