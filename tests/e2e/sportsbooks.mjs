// Says everything to the sportsbook door that its document shows, and prints what the server answers.
//
//   node sportsbooks.mjs ws://localhost:3000 [TOKEN]
//
// Without a token the bets are refused, which is shown too. It ends with 1 when an answer is missing.
import { WebSocket } from "ws";

const [address = "ws://localhost:3000", token] = process.argv.slice(2);
const PATIENCE_MS = 15_000;

/** A connection that prints what goes over it, shortened. */
class Door {
  constructor(name, query, headers) {
    this.name = name;
    this.heard = [];
    this.waiting = [];
    this.socket = new WebSocket(`${address}/ws/sportsbooks${query}`, { headers });
    this.socket.on("message", (data) => this.hear(JSON.parse(data)));
    this.socket.on("close", (code, reason) => console.log(`${this.name} -- closed ${code} ${reason}`));
  }

  hear(message) {
    const text = shorten(message);
    if (text !== this.last) console.log(`${this.name} <- ${text}`);
    this.last = text;
    this.heard.push(message);
    this.waiting = this.waiting.filter((waits) => !waits(message));
  }

  say(message) {
    console.log(`${this.name} -> ${JSON.stringify(message)}`);
    this.socket.send(JSON.stringify(message));
  }

  /** The next message that fits, of those that came already or will come. */
  async next(what, fits, sent, patience = PATIENCE_MS) {
    const known = sent ? undefined : this.heard.find(fits);
    if (known) return known;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.name}: no ${what} within ${patience} ms`)), patience);
      this.waiting.push((message) => {
        if (!fits(message)) return false;
        clearTimeout(late);
        resolve(message);
        return true;
      });
      sent?.();
    });
  }

  ask(message, what, fits) {
    return this.next(what, fits, () => this.say(message));
  }
}

/** Lists are shown by their first item and their length. */
function shorten(message) {
  const short = (_, value) =>
    Array.isArray(value) && value.length > 1 ? [value[0], `... ${value.length - 1} more`] : value;
  const text = JSON.stringify(message, short);
  return text.length > 700 ? `${text.slice(0, 700)}...` : text;
}

const is = (type, also = () => true) => (message) => message.type === type && also(message);
const answer = (type, to) => is(type, (message) => message.inReplyTo === to);

async function stranger() {
  const door = new Door("stranger", "?user_id=123&username=trader");
  const connected = await door.next("connected", is("connected"));
  if (connected.authenticated) throw new Error("a label is no token");
  await door.ask({ type: "ping" }, "pong", is("pong"));
  const bet = { marketId: "market_123", selectionId: "selection_1", bookmaker: "pinnacle", stake: 100, odds: -110 };
  await door.ask({ type: "place_bet", payload: bet }, "NX-401", is("error", (m) => m.code === "NX-401"));
  await door.ask({ type: "get_bets", payload: {} }, "NX-401", is("error", (m) => m.code === "NX-401"));
  await door.ask({ type: "dance" }, "NX-400", is("error", (m) => m.code === "NX-400"));
  await door.next("NX-429", is("error", (m) => m.code === "NX-429"), () => {
    console.log("stranger -> 30 messages at once");
    for (let n = 0; n < 30; n += 1) door.socket.send('{"type":"pong"}');
  });
  door.socket.close();
}

async function trader() {
  const door = new Door("trader", "", token ? { Cookie: `X-Token=${token}` } : {});
  await door.next("connected", is("connected"));
  const all = await door.ask({ type: "get_markets" }, "markets", answer("market_update", "get_markets"));
  const market = all.markets.find((m) => Object.keys(m.bestOdds).length > 0);
  if (!market) throw new Error("the server has no market with a price");
  const [selectionId, best] = Object.entries(market.bestOdds)[0];
  const { sport, marketType, eventId, id: marketId } = market;
  const { bookmaker } = best;
  const subscription = { sportsbooks: [bookmaker], arbitrage: true, marketTypes: [marketType], sports: [sport] };
  const sent = () => door.say({ type: "subscribe", payload: subscription });
  const told = [
    door.next("arbitrage_update", is("arbitrage_update")),
    door.next("market_update", is("market_update", (m) => m.full)),
    door.next("sportsbooks", is("sportsbooks"), sent),
  ];
  await Promise.all(told);
  const filter = { sport, league: sport, marketType, bookmaker, eventId };
  await door.ask({ type: "get_markets", payload: filter }, "markets", answer("market_update", "get_markets"));
  const arbs = { minEdge: 0.1, marketType };
  await door.ask({ type: "get_arbitrage", payload: arbs }, "opportunities", answer("arbitrage_update", "get_arbitrage"));
  await bets(door, { marketId, selectionId, bookmaker, odds: best.decimalOdds });
  door.say({ type: "unsubscribe", payload: { ...subscription, markets: [] } });
  console.log("trader .. waits for a heartbeat, which comes every 30 s");
  await door.next("heartbeat", is("heartbeat"), undefined, 35_000);
  door.socket.close();
}

async function bets(door, price) {
  const bet = { ...price, stake: 100, notes: "from the transcript", clientRef: `transcript-${Date.now()}` };
  const outcome = (message) => message.type === "bet_placed" || message.type === "error";
  const first = await door.ask({ type: "place_bet", payload: bet }, "an outcome", outcome);
  if (!token) return;
  if (first.type !== "bet_placed") throw new Error(`the bet was refused: ${first.message}`);
  const again = await door.ask({ type: "place_bet", payload: bet }, "the same outcome", outcome);
  if (again.bet?.id !== first.bet.id) throw new Error("the same clientRef placed another bet");
  const filter = { status: "placed", bookmaker: price.bookmaker, marketId: price.marketId, limit: 50 };
  await door.ask({ type: "get_bets", payload: filter }, "bets", is("bets", (m) => m.total > 0));
}

try {
  await stranger();
  await trader();
  console.log("everything was answered");
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
