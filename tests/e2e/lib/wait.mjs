// Waiting for something to become true. Nothing here sleeps and hopes: each wait has a condition and
// a deadline, and says what it waited for when that passes.

import { setTimeout as pause } from 'node:timers/promises';

/** What is waited for will never come: thrown by `look` to end the wait. */
export class Hopeless extends Error {}

/**
 * Asks `look` again and again until it answers something true, and returns that.
 * @param {string} what What is waited for, as in "the server is ready".
 * @param {() => any} look May be asynchronous; an error counts as "not yet".
 * @param {number} withinMs How long that may take.
 */
export async function until(what, look, withinMs) {
  const deadline = performance.now() + withinMs;
  let last;
  do {
    try {
      last = await look();
      if (last) return last;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    await pause(25);
  } while (performance.now() < deadline);
  const seen = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(`${what}: not within ${withinMs} ms (last: ${seen})`);
}

/** A port that nobody listens on. */
export async function freePort() {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
