// A proxy in front of the server, as companies and hotels have them: it can refuse WebSockets, or
// cut those that are open, while plain HTTP passes.

import http from 'node:http';
import net from 'node:net';

export class Gate {
  /** Whether WebSockets may pass. */
  sockets = true;
  #open = new Set();
  #server;

  constructor(target) {
    this.target = target;
    this.#server = http.createServer((request, response) => this.#pass(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** A gate before a server. */
  static async before(server, { sockets = true } = {}) {
    const gate = new Gate(server.port);
    gate.sockets = sockets;
    await new Promise((resolve) => gate.#server.listen(0, '127.0.0.1', resolve));
    gate.origin = `http://127.0.0.1:${gate.#server.address().port}`;
    return gate;
  }

  /** Refuses WebSockets from now on and cuts those that are open. */
  block() {
    this.sockets = false;
    this.#open.forEach((socket) => socket.destroy());
  }

  /** Lets WebSockets pass again. */
  unblock() {
    this.sockets = true;
  }

  async close() {
    this.#open.forEach((socket) => socket.destroy());
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(request, response) {
    const { method, url, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port: this.target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  #upgrade(request, socket, head) {
    if (!this.sockets) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const onward = net.connect(this.target, '127.0.0.1', () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    this.#open.add(socket);
    const end = () => {
      this.#open.delete(socket);
      socket.destroy();
      onward.destroy();
    };
    for (const side of [socket, onward]) side.on('error', end).on('close', end);
  }
}
