// The charts: a ticker's net sentiment as an area around zero with its price as a line; and lines that
// step, for prices of bets and for money.
//
// The only JavaScript of the dashboard that is written by hand. It is loaded when the first chart
// is needed, knows nothing of topics or rows, and takes its colours from the page's own tokens.

import { BaselineSeries, ColorType, CrosshairMode, LineSeries, LineStyle, LineType, createChart } from 'lightweight-charts';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', notation: 'compact' });
const price = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** A clock in the page's time zone; `undefined` is the reader's own. */
function clock(timeZone) {
  const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone });
  return (seconds) => format.format(new Date(seconds * 1000));
}

/** A clock for charts that may span days: a day where one begins, else a time. */
function calendar(timeZone) {
  const time = clock(timeZone);
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone });
  return { tick: (seconds, kind) => (kind < 3 ? day.format(new Date(seconds * 1000)) : time(seconds)), full: (seconds) => `${day.format(new Date(seconds * 1000))} ${time(seconds)}` };
}

/** What the tokens of the page are now: custom properties resolve only on an element. */
function reader(host) {
  const probe = host.appendChild(document.createElement('i'));
  const read = (token) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  read.end = () => probe.remove();
  return read;
}

function colours(host) {
  const read = reader(host);
  const found = {
    up: read('up'),
    down: read('down'),
    upFill: read('up-fill'),
    downFill: read('down-fill'),
    price: read('ink'),
    text: read('muted'),
    line: read('line'),
  };
  read.end();
  return found;
}

/**
 * Makes a chart that fills `host`.
 * The handle: `data(seconds, cents, micros)` takes columns of equal length, oldest first;
 * `paint(zone)` reads colours and time zone again; `remove()` ends it.
 */
export function create(host, zone) {
  const chart = createChart(host, {
    autoSize: true,
    layout: { attributionLogo: false, background: { type: ColorType.Solid, color: 'transparent' }, fontSize: 11 },
    crosshair: { mode: CrosshairMode.Magnet },
    leftPriceScale: { visible: true },
    rightPriceScale: { visible: true },
    timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 1, minBarSpacing: 0.1 },
    handleScale: { axisPressedMouseMove: false },
  });
  const net = chart.addSeries(BaselineSeries, {
    baseValue: { type: 'price', price: 0 },
    priceScaleId: 'left',
    lineWidth: 2,
    priceLineVisible: false,
    priceFormat: { type: 'custom', minMove: 0.01, formatter: (value) => dollars.format(value) },
  });
  const last = chart.addSeries(LineSeries, {
    priceScaleId: 'right',
    lineWidth: 1,
    priceLineStyle: LineStyle.Dotted,
    priceFormat: { type: 'custom', minMove: 0.01, formatter: (value) => price.format(value) },
  });

  const paint = (timeZone) => {
    const c = colours(host);
    const tell = clock(timeZone || undefined);
    chart.applyOptions({
      layout: { textColor: c.text, fontFamily: getComputedStyle(host).fontFamily },
      grid: { vertLines: { color: c.line }, horzLines: { color: c.line } },
      localization: { timeFormatter: tell },
      timeScale: { borderColor: c.line, tickMarkFormatter: tell },
      leftPriceScale: { borderColor: c.line },
      rightPriceScale: { borderColor: c.line },
    });
    net.applyOptions({
      topLineColor: c.up,
      bottomLineColor: c.down,
      topFillColor1: c.upFill,
      topFillColor2: c.upFill,
      bottomFillColor1: c.downFill,
      bottomFillColor2: c.downFill,
    });
    last.applyOptions({ color: c.price });
  };
  paint(zone);

  let drawn = 0;
  const data = (seconds, cents, micros) => {
    const column = (values, unit) => Array.from(seconds, (time, i) => ({ time, value: values[i] / unit }));
    net.setData(column(cents, 100));
    last.setData(column(micros, 1e6));
    // The reader's own zoom stays; only a chart that was empty is fitted.
    if (drawn === 0 && seconds.length > 0) chart.timeScale().fitContent();
    drawn = seconds.length;
  };

  return { data, paint, remove: () => chart.remove() };
}

/** How a value is written on the axis: odds in each format, or money. */
const UNITS = {
  decimal: (value) => value.toFixed(2),
  american: (value) => (value >= 2 ? `+${Math.round((value - 1) * 100)}` : `\u2212${Math.round(100 / (value - 1))}`),
  fractional: (value) => `${(value - 1).toFixed(2)}/1`,
  probability: (value) => `${(100 / value).toFixed(1)}%`,
  money: (value) => price.format(value),
};

/** Lines that are no book's: the best price, and the fair one. */
const SPECIAL = {
  '-1': { token: 'accent', lineWidth: 3, lineStyle: LineStyle.Solid },
  '-2': { token: 'ink', lineWidth: 2, lineStyle: LineStyle.Dashed },
};

/**
 * Makes a chart of stepping lines that fills `host`.
 * The handle: `data(list)` takes for each line its style (a series' number; -1 and -2 stand out), seconds
 * and values in millionths, oldest first; `paint(zone, unit)` reads colours, time zone and unit again;
 * `remove()` ends it.
 */
export function lines(host, zone, unit) {
  const chart = createChart(host, {
    autoSize: true,
    layout: { attributionLogo: false, background: { type: ColorType.Solid, color: 'transparent' }, fontSize: 11 },
    crosshair: { mode: CrosshairMode.Magnet },
    rightPriceScale: { visible: true },
    timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 1, minBarSpacing: 0.001 },
    handleScale: { axisPressedMouseMove: false },
  });
  let present = [];
  let written = unit;
  let first = 0;
  const write = (value) => UNITS[written](value);

  const style = (read, number) => {
    const { token, ...options } = SPECIAL[number] ?? { token: `series-${number % 8}`, lineWidth: 1, lineStyle: LineStyle.Solid };
    return { color: read(token), ...options };
  };
  const paint = (timeZone, unit) => {
    written = unit;
    const c = colours(host);
    const { tick, full } = calendar(timeZone || undefined);
    chart.applyOptions({
      layout: { textColor: c.text, fontFamily: getComputedStyle(host).fontFamily },
      grid: { vertLines: { color: c.line }, horzLines: { color: c.line } },
      localization: { timeFormatter: full },
      timeScale: { borderColor: c.line, tickMarkFormatter: tick },
      rightPriceScale: { borderColor: c.line },
    });
    const read = reader(host);
    present.forEach(({ number, series }) => series.applyOptions({ ...style(read, number), priceFormat: { type: 'custom', minMove: 0.0001, formatter: write } }));
    read.end();
  };
  paint(zone, unit);

  const data = (list) => {
    const read = reader(host);
    if (list.length !== present.length || list.some(([number], i) => number !== present[i].number)) {
      present.forEach(({ series }) => chart.removeSeries(series));
      present = list.map(([number]) => ({
        number,
        series: chart.addSeries(LineSeries, {
          ...style(read, number), lineType: LineType.WithSteps, priceLineVisible: false, lastValueVisible: number < 0,
          crosshairMarkerRadius: 3, priceFormat: { type: 'custom', minMove: 0.0001, formatter: write },
        }),
      }));
    }
    read.end();
    list.forEach(([, seconds, values], i) => present[i].series.setData(Array.from(seconds, (time, at) => ({ time, value: values[at] / 1e6 }))));
    // The reader's own zoom stays; only a chart that was empty, or whose lines begin elsewhere, is fitted.
    const begins = Math.min(...list.map(([, seconds]) => seconds[0] ?? Infinity));
    if (begins !== first && Number.isFinite(begins)) chart.timeScale().fitContent();
    first = begins;
  };

  return { data, paint, remove: () => chart.remove() };
}
