import { setTimeout as pause } from 'node:timers/promises';
import { StandIn } from './bench/standin.mjs';
import { launch } from './lib/browser.mjs';
const standIn = await StandIn.start(process.argv[2]);
standIn.odds = { markets: Number(process.argv[3] ?? 5000), share: 0.2 };
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
await page.goto(standIn.origin + '/odds/soccer_epl');
await page.locator('.o-book:not(:empty)').first().waitFor({ timeout: 60000 });
const client = await page.context().newCDPSession(page);
await client.send('Performance.enable', { timeDomain: 'threadTicks' });
const read = async () => { const { metrics } = await client.send('Performance.getMetrics'); const v = (n) => metrics.find((m) => m.name === n).value; return { at: performance.now(), rows: standIn.rowsSent, task: v('TaskDuration'), script: v('ScriptDuration'), layout: v('LayoutDuration'), style: v('RecalcStyleDuration'), c: await page.evaluate(() => window.__undercurrent.counters()) }; };
await pause(3000);
for (let i = 0; i < 3; i++) {
  const a = await read(); await pause(6000); const b = await read(); const s = (b.at - a.at) / 1000;
  const f = (k) => (100 * (b[k] - a[k]) / s).toFixed(1);
  console.log(`busy ${f('task')} script ${f('script')} layout ${f('layout')} style ${f('style')} rows/s ${((b.rows - a.rows) / s).toFixed(0)} got/s ${((b.c.rows - a.c.rows) / s).toFixed(0)} MB/s ${((b.c.bytes - a.c.bytes) / s / 1e6).toFixed(2)} frames/s ${((b.c.frames - a.c.frames) / s).toFixed(1)}`);
}
if (process.argv[4]) { // profile
  await client.send('Profiler.enable'); await client.send('Profiler.setSamplingInterval', { interval: 500 }); await client.send('Profiler.start'); await pause(4000);
  const { profile } = await client.send('Profiler.stop'); const self = new Map(); const dt = profile.timeDeltas; const id = new Map(profile.nodes.map((n) => [n.id, n.callFrame.functionName || n.callFrame.url]));
  profile.samples.forEach((s, i) => self.set(id.get(s), (self.get(id.get(s)) ?? 0) + dt[i]));
  const all = [...self].sort((a, b) => b[1] - a[1]).slice(0, 25); all.forEach(([n, t]) => console.log((t / 40000).toFixed(1) + '%', n));
}
await browser.close(); standIn.close();
