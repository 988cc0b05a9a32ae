// The chart of a ticker's detail panel: net sentiment as an area around zero, price as a line.
//
// The only JavaScript of the dashboard that is written by hand. It is loaded when the first panel
// opens, knows nothing of topics or rows, and takes its colours from the page's own tokens.

import { BaselineSeries, ColorType, CrosshairMode, LineSeries, LineStyle, createChart } from 'lightweight-charts';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', notation: 'compact' });
const price = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** A clock in the page's time zone; `undefined` is the reader's own. */
function clock(timeZone) {
  const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone });
  return (seconds) => format.format(new Date(seconds * 1000));
}

/** What the tokens of the page are now: custom properties resolve only on an element. */
function colours(host) {
  const probe = host.appendChild(document.createElement('i'));
  const read = (token) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    up: read('up'),
    down: read('down'),
    upFill: read('up-fill'),
    downFill: read('down-fill'),
    price: read('ink'),
    text: read('muted'),
    line: read('line'),
  };
  probe.remove();
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
