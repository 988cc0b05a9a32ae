// The work of `server/benches/fanout.rs` done by Bun's native publish, so that `undercurrent load` can drive
// and verify both: a topic of a few rows, changed so often, one change set in each message.
//
// PORT, PERIOD_MS, BURST (changes each period), COMPRESS (0 or 1) come from the environment.

const env = (name: string) => Number(process.env[name] ?? "");
const [port, period, burst, compress] = [env("PORT"), env("PERIOD_MS"), env("BURST"), env("COMPRESS") === 1];
const TOPIC = "darkpool/tape";
const EPOCH = "bun1";
const KEYS = 64;

const rows = new Map<string, string>();
let seq = 0;

/** The same row as the other server makes, to the byte. */
function row(n: number): [string, string] {
  const cents = String(n % 900).padStart(3, "0");
  return [String(n % KEYS).padStart(4, "0"), `{"p":"100.${cents}","q":${100 + (n % 900)},"n":${n}}`];
}

function snapshot(): string {
  const all = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => `"${key}":${text}`);
  return `{"type":"snapshot","topic":"${TOPIC}","epoch":"${EPOCH}","seq":${seq},"ts":${Date.now()},"rows":{${all.join(",")}}}`;
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port,
  fetch(request, server) {
    const path = new URL(request.url).pathname;
    if (path === "/ws") {
      const headers = { "sec-websocket-protocol": "undercurrent.v1" };
      return server.upgrade(request, { headers }) ? undefined : new Response("no WebSocket", { status: 400 });
    }
    return path === `/api/v1/topics/${TOPIC}` ? new Response(snapshot()) : new Response("", { status: 404 });
  },
  websocket: {
    perMessageDeflate: compress,
    idleTimeout: 0,
    sendPings: false,
    // A slow reader may lag for as long as anyone's memory lasts: nobody is dropped here.
    backpressureLimit: 64 * 1024 * 1024,
    message(socket, text) {
      const message = JSON.parse(String(text));
      if (message.type !== "subscribe") return;
      const begun = { topic: TOPIC, epoch: EPOCH, seq, mode: "snapshot", pace_ms: 0 };
      socket.send(JSON.stringify({ type: "subscribed", id: message.id, topics: [begun] }));
      socket.send(snapshot());
      socket.subscribe(TOPIC);
    },
  },
});

function publish() {
  for (let n = 0; n < burst; n++) {
    const [key, text] = row(seq);
    rows.set(key, text);
    const head = `{"type":"update","topic":"${TOPIC}","epoch":"${EPOCH}","prev":${seq},"seq":${++seq},"ts":${Date.now()}`;
    server.publish(TOPIC, `${head},"merged":1,"set":{"${key}":${text}},"del":[]}`, compress);
  }
}

// By the clock, because timers drift under load.
const began = performance.now();
let due = 0;
setInterval(() => {
  while (performance.now() - began >= due) {
    publish();
    due += period;
  }
}, Math.max(1, Math.min(period, 5)));
console.log(`listening on ${port}`);
