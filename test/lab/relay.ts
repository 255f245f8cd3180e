import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between pieces: enough for each to be a segment, and read, of its own. */
const PAUSE = 1;
/** Bytes of a connection that come in pieces: more than decide. */
const CUT_UP = 400;

/** A relay in front of a server: passes all on, the server's side in pieces if asked to, and remembers who had the last word. */
export class Relay {
  /** The server's port. */
  readonly target: number;
  readonly #piece: number;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#pass(client));
  #connections = 0;

  /** When the server said something (a close is something) that the client has not replied to, on the first connection. */
  #said: number | undefined;
  #left: number | undefined;

  /** `piece` is in bytes. */
  constructor(target: number, { piece = Number.POSITIVE_INFINITY } = {}) {
    this.target = target;
    this.#piece = piece;
  }

  /** Starts it and returns its port. */
  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** How long, in milliseconds, the first client did nothing after the server had spoken. */
  get waited(): number {
    return this.#said === undefined ? 0 : (this.#left ?? Date.now()) - this.#said;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #pass(client: Socket): void {
    const first = this.#connections++ === 0;
    const speaks = (server: boolean) => {
      if (first) this.#said = server ? Date.now() : undefined;
    };
    client.on('end', () => {
      if (first) this.#left ??= Date.now();
    });
    const server = connect({ port: this.target, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('close', () => {
      if (first) this.#left ??= Date.now();
      server.destroySoon();
    });
    client.on('data', (chunk) => {
      speaks(false);
      server.write(chunk);
    });
    void this.#cutUp(server, client, speaks);
  }

  async #cutUp(server: Socket, client: Socket, speaks: (server: boolean) => void): Promise<void> {
    let passed = 0;
    try {
      for await (const chunk of server as AsyncIterable<Buffer>) {
        speaks(true);
        for (let at = 0; at < chunk.length; ) {
          const piece = passed < CUT_UP ? chunk.subarray(at, at + this.#piece) : chunk.subarray(at);
          client.write(piece);
          at += piece.length;
          passed += piece.length;
          if (at < chunk.length) await sleep(PAUSE);
        }
      }
    } catch {
      // reset: the same as an end to whoever reads
    }
    if (!client.destroyed && this.#said === undefined) speaks(true);
    client.end();
  }
}
