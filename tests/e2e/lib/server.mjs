// The server under test: the real binary with a database of its own. It can be killed without
// warning and started again on the same database and port.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Hopeless, freePort, until } from './wait.mjs';

/** A market that is small enough to read and moves enough to see. */
const DEMO = { UNDERCURRENT_DEMO_SEED: '7', UNDERCURRENT_DEMO_TICKERS: '60', UNDERCURRENT_DEMO_RATE: '30' };

/** Servers that run: none outlives the program that started it, however that ends. */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Server {
  #process;
  #log = '';

  constructor(port, folder, args, settings) {
    Object.assign(this, { port, folder, args, settings, origin: `http://127.0.0.1:${port}` });
  }

  /**
   * Starts a server and waits until it is ready.
   * @param {{args?: string[], settings?: Record<string, string>}} options Arguments after `serve`;
   *   settings by their variable.
   */
  static async start({ args = [], settings = {} } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'undercurrent-e2e-'));
    const server = new Server(await freePort(), folder, args, settings);
    await server.start();
    return server;
  }

  /** Starts it (again), on the port and database it has. */
  async start() {
    const binary = process.env.UNDERCURRENT_BIN;
    if (!binary) throw new Error('UNDERCURRENT_BIN must name the server; `cargo xtask test e2e` sets it');
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('UNDERCURRENT_') && name !== 'PORT');
    this.#process = spawn(resolve(binary), ['serve', ...this.args], {
      cwd: this.folder,
      env: {
        ...Object.fromEntries(inherited),
        ...DEMO,
        UNDERCURRENT_LISTEN: `127.0.0.1:${this.port}`,
        UNDERCURRENT_DATABASE_URL: `sqlite://${join(this.folder, 'e2e.db')}`,
        UNDERCURRENT_LOG: 'warn',
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (text) => { this.#log = (this.#log + text).slice(-4000); };
    this.#process.stdout.on('data', keep);
    this.#process.stderr.on('data', keep);
    this.#process.on('error', (error) => keep(error.message));
    const child = this.#process;
    running.add(child);
    child.on('exit', () => running.delete(child));
    await until('the server is ready', () => {
      if (this.#process.exitCode !== null || this.#process.pid === undefined) throw new Hopeless(`the server ended: ${this.#log}`);
      return fetch(`${this.origin}/readyz`).then((answer) => answer.ok);
    }, 20_000);
    // The demo market begins with its last hour, as fast as it can.
    await until('the market has caught up', async () => {
      const { rows } = await this.topic('darkpool/top');
      const newest = Math.max(...Object.values(rows).map((row) => row.updated_ms));
      return Date.now() - newest < 2_000;
    }, 30_000);
  }

  /** Ends it as a crash would: it can neither say goodbye nor write anything. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ends it for good, with all it wrote. */
  async remove() {
    await this.#end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal) {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    await ended;
  }

  /** A topic's rows now: `{position, rows}`. */
  async topic(topic) {
    const answer = await fetch(`${this.origin}/api/v1/topics/${topic}`);
    if (!answer.ok) throw new Error(`${topic}: ${answer.status} ${await answer.text()}`);
    const { epoch, seq, rows } = await answer.json();
    return { position: `${epoch}.${seq}`, rows };
  }

  /** A topic's rows, once there are some that fit: a board is made when it is first asked for. */
  async some(topic, fit = () => true) {
    return until(`there are rows in ${topic}`, async () => {
      const found = Object.values((await this.topic(topic)).rows).filter(fit);
      return found.length > 0 && found;
    }, 20_000);
  }
}
