// What the dashboard is measured against: the same table by hand. A windowed grid of recycled rows,
// one text node for each cell, changes written once a frame, a static flash class that one sweep
// every 100 ms takes away, the order found anew at most four times a second.

const TOPIC = 'darkpool/top';
const [ROW, OVERSCAN, LIT_MS, SWEEP_MS, SORT_MS, SPARK_MS] = [34, 4, 400, 100, 250, 500];
const COLUMNS = ['net', 'split', 'sentiment', 'last', 'age', 'prints', 'off', 'spark'];
const TITLES = ['Net', 'Bullish / bearish', 'Sentiment', 'Last print', 'Age', 'Prints', 'Off-exch.', 'Last hour'];
const TRACKS = ['34px', 'minmax(72px,.7fr)', 'minmax(84px,.8fr)', 'minmax(132px,2fr)', 'minmax(92px,.8fr)',
  'minmax(148px,1.2fr)', 'minmax(56px,.5fr)', 'minmax(76px,.7fr)', 'minmax(76px,.7fr)', 'minmax(112px,1.2fr)'];
const STAR = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9L3.5 9.7l5.9-.8z"/></svg>';

const rows = new Map();
const versions = new Map();
let order = [];
const grid = document.querySelector('.grid');
const body = document.querySelector('.grid-body');
grid.style.setProperty('--tracks', TRACKS.join(' '));
grid.style.setProperty('--row', `${ROW}px`);
document.querySelector('.grid-head .row').innerHTML = `<div class="c c-star"></div><div class="c c-ticker"><button>Ticker</button></div>${
  COLUMNS.map((key, i) => `<div class="c c-${key}"><button>${TITLES[i]}</button></div>`).join('')}`;

// --- texts

function money(amount, always) {
  const sign = amount < 0 ? '\u2212' : always && amount > 0 ? '+' : '';
  const size = Math.abs(amount);
  const [unit, by] = size >= 1e9 ? ['B', 1e9] : size >= 1e6 ? ['M', 1e6] : size >= 1e3 ? ['K', 1e3] : ['', 1];
  return `${sign}$${(size / by).toPrecision(3)}${unit}`;
}

function age(ms) {
  const s = Math.max(0, Math.floor(ms / 1_000));
  return s < 1 ? 'now' : s < 60 ? `${s}s` : s < 3_600 ? `${Math.floor(s / 60)}m` : `${Math.floor(s / 3_600)}h`;
}

function spark(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least;
  return values.map((v, i) => `${Math.round((i * 100) / (values.length - 1))},${18 - (span === 0 ? 8 : Math.round(((v - least) * 16) / span))}`).join(' ');
}

const sign = (n) => (n > 0 ? 'up' : n < 0 ? 'down' : '');
const SIDE = { bullish: 'up', bearish: 'down', neutral: '' };

// --- recycled rows

const slots = [];
const slotOf = new Map();
const lit = new Map();

function newSlot() {
  const element = document.createElement('div');
  element.className = 'row';
  element.innerHTML = `<div class="c c-star"><button class="star" tabindex="-1">${STAR}</button></div><div class="c c-ticker"> </div>${COLUMNS.map((key) => {
    if (key === 'split') return '<div class="c c-split"><span class="up-text"> </span><span class="bar"><i></i></span><span class="down-text"> </span></div>';
    if (key === 'spark') return '<div class="c c-spark"><svg class="spark" viewBox="0 0 100 20" preserveAspectRatio="none"><polyline/></svg></div>';
    return `<div class="c c-${key}"> </div>`;
  }).join('')}`;
  body.append(element);
  const cells = Object.fromEntries(COLUMNS.map((key) => [key, element.querySelector(`.c-${key}`)]));
  const slot = { element, cells, name: element.querySelector('.c-ticker').firstChild, ticker: null, version: 0, place: -1, shown: {}, sparkAt: 0 };
  slots.push(slot);
  return slot;
}

function text(slot, key, value) {
  if (slot.shown[key] === value) return;
  slot.shown[key] = value;
  slot.cells[key].firstChild.data = value;
}

function paint(slot, key, lean, way) {
  const name = `c c-${key} ${lean}${way ? ` lit-${way}` : ''}`;
  const cell = slot.cells[key];
  if (slot.shown[`${key}.class`] !== name) {
    slot.shown[`${key}.class`] = name;
    cell.className = name;
  }
  if (way) lit.set(cell, { slot, key, lean, until: performance.now() + LIT_MS });
}

function refresh(slot, now) {
  const row = rows.get(slot.ticker);
  const { shown } = slot;
  const fresh = slot.version === 0;
  slot.version = versions.get(slot.ticker);
  const net = Number(row.net_amount);
  const sentiment = row.sentiment === undefined ? null : Number(row.sentiment);
  const way = (key, value) => {
    const before = shown[`${key}.value`];
    shown[`${key}.value`] = value;
    return fresh || before === value ? '' : value > before ? 'up' : 'down';
  };
  text(slot, 'net', money(net, true));
  paint(slot, 'net', sign(net), way('net', net));
  const [bullish, bearish] = [Number(row.bullish_amount), Number(row.bearish_amount)];
  const split = slot.cells.split;
  const texts = [money(bullish), money(bearish), `${((100 * bullish) / (bullish + bearish || 1)).toFixed(1)}%`];
  if (shown.bullish !== texts[0]) split.children[0].firstChild.data = shown.bullish = texts[0];
  if (shown.bearish !== texts[1]) split.children[2].firstChild.data = shown.bearish = texts[1];
  if (shown.width !== texts[2]) split.children[1].firstChild.style.width = shown.width = texts[2];
  text(slot, 'sentiment', sentiment === null ? '\u2013' : sentiment.toFixed(2));
  paint(slot, 'sentiment', sign(sentiment), way('sentiment', sentiment));
  const { price, size, side, id } = row.last_print;
  text(slot, 'last', `${price} \u00d7 ${size}`);
  paint(slot, 'last', SIDE[side], !fresh && shown.id !== id ? SIDE[side] : '');
  shown.id = id;
  text(slot, 'prints', row.prints.toLocaleString('en-US'));
  text(slot, 'off', `${Number(row.off_exchange_pct).toFixed(1)}%`);
  if (fresh || now - slot.sparkAt > SPARK_MS) {
    slot.sparkAt = now;
    slot.cells.spark.firstChild.firstChild.setAttribute('points', spark(row.spark));
    paint(slot, 'spark', sign(net), '');
  }
}

function place() {
  const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - OVERSCAN);
  const last = Math.min(order.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW) + 1 + OVERSCAN);
  const wanted = new Set(order.slice(first, last));
  const free = slots.filter((slot) => !wanted.has(slot.ticker));
  for (let i = first; i < last; i++) {
    const ticker = order[i];
    let slot = slotOf.get(ticker);
    if (!slot) {
      slot = free.pop() ?? newSlot();
      slotOf.delete(slot.ticker);
      slotOf.set(ticker, slot);
      slot.ticker = ticker;
      slot.version = 0;
      slot.name.data = ticker;
    }
    if (slot.place !== i) {
      slot.place = i;
      slot.element.style.setProperty('--i', i);
    }
    slot.element.hidden = false;
  }
  for (const slot of free) slot.element.hidden = true;
}

// --- frames

let [asked, sorted, aged] = [false, 0, 0];
const notional = (row) => Number(row.bullish_amount) + Number(row.bearish_amount) + Number(row.neutral_amount);

function flush(now) {
  asked = false;
  if (now - sorted >= SORT_MS) {
    sorted = now;
    const ranked = [...rows.values()].map((row) => [notional(row), row.ticker]).sort((a, b) => b[0] - a[0]);
    order = ranked.map(([, ticker]) => ticker);
    body.style.height = `${order.length * ROW}px`;
    place();
  }
  const old = now - aged >= 1_000;
  if (old) aged = now;
  for (const slot of slots) {
    if (slot.element.hidden) continue;
    const changed = slot.version !== versions.get(slot.ticker);
    if (changed) refresh(slot, now);
    if (changed || old) text(slot, 'age', age(Date.now() - rows.get(slot.ticker).last_print.ts));
  }
}

const request = () => {
  if (!asked) requestAnimationFrame(flush);
  asked = true;
};

setInterval(() => {
  const now = performance.now();
  for (const [cell, { slot, key, lean, until }] of lit) {
    if (until > now) continue;
    lit.delete(cell);
    paint(slot, key, lean, '');
  }
}, SWEEP_MS);

setInterval(() => {
  const sum = { bullish: 0, bearish: 0, prints: 0 };
  for (const row of rows.values()) {
    sum.bullish += Number(row.bullish_amount);
    sum.bearish += Number(row.bearish_amount);
    sum.prints += row.prints;
  }
  const [both, net, prints] = document.querySelectorAll('.strip dd');
  both.children[0].textContent = money(sum.bullish);
  both.children[1].firstChild.style.width = `${((100 * sum.bullish) / (sum.bullish + sum.bearish || 1)).toFixed(1)}%`;
  both.children[2].textContent = money(sum.bearish);
  net.textContent = money(sum.bullish - sum.bearish, true);
  prints.textContent = sum.prints.toLocaleString('en-US');
  request();
}, 1_000);

grid.addEventListener('scroll', () => { place(); request(); }, { passive: true });

const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws`, 'undercurrent.v1');
socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'subscribe', id: 1, topics: [{ topic: TOPIC }] })));
socket.addEventListener('message', ({ data }) => {
  const message = JSON.parse(data);
  const changed = message.type === 'snapshot' ? message.rows : message.type === 'update' ? message.set : {};
  for (const [ticker, row] of Object.entries(changed)) {
    rows.set(ticker, row);
    versions.set(ticker, (versions.get(ticker) ?? 0) + 1);
  }
  request();
});
