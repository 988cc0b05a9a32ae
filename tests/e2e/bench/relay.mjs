// A relay before a server that counts the bytes which go to the page as they are on the wire, compressed.

import net from 'node:net';

export class Relay {
  /** Bytes that went to the page. */
  received = 0;
  #sockets = new Set();
  #server;

  /** Listens on a port of its own. */
  static async before(port) {
    const self = new Relay();
    self.#server = net.createServer((page) => {
      const server = net.connect(port, '127.0.0.1');
      server.on('data', (bytes) => { self.received += bytes.length; });
      page.pipe(server).pipe(page);
      for (const socket of [page, server]) {
        self.#sockets.add(socket);
        // One that breaks takes the other along.
        socket.on('error', () => {}).on('close', () => { page.destroy(); server.destroy(); self.#sockets.delete(socket); });
      }
    });
    await new Promise((resolve) => self.#server.listen(0, '127.0.0.1', resolve));
    self.origin = `http://127.0.0.1:${self.#server.address().port}`;
    return self;
  }

  close() {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
  }
}
