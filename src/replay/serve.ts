import { createServer, type Server, type Socket } from 'node:net';
import type { Side } from '../conversation/conversation.ts';
import type { Behavior } from '../proof/behavior.ts';
import { react } from './mock.ts';
import { isDue, isSame, type Plan } from './plan.ts';
import { type Progress, progressOf } from './progress.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** Connections at a time; more are closed at once. */
  readonly maxConnections: number;
  /** Bytes that a client may say on one connection. */
  readonly maxBytes: number;
  /** Is told of each connection when it has ended. */
  readonly log?: (line: string) => void;
}

/** A mock server that listens. */
export interface ServedFixture {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves recorded dialogues: what the client says is read by the grammars, so that it may ask for other destinations and bring other
 * credentials, and is answered as it was recorded. Of several dialogues the one goes on that was asked the same; else the first that worked.
 * `fault` takes the place of what was recorded. Rejects with the system's error where it cannot listen.
 */
export async function serveFixture(
  plans: readonly Plan[],
  options: ServeOptions,
  fault?: Behavior,
): Promise<ServedFixture> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const name = `connection ${++connections} from ${socket.remoteAddress}:${socket.remotePort}`;
    socket.on('error', () => socket.destroy()); // the client may reset at any time
    if (sockets.size >= options.maxConnections) {
      options.log?.(`${name}: refused, ${options.maxConnections} are open`);
      socket.destroy();
      return;
    }
    sockets.add(socket);
    const exchange = new ServedConnection(socket, plans, options.maxBytes, fault);
    socket.on('close', () => {
      sockets.delete(socket);
      options.log?.(`${name}: ${exchange.summary}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { address, port } = server.address() as { address: string; port: number };
  return {
    host: address,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** One client. */
class ServedConnection {
  readonly #socket: Socket;
  readonly #maxBytes: number;
  readonly #fault: Behavior | undefined;
  /** The dialogues that this may still become, those that worked first. */
  #plans: readonly Plan[];
  #said: Uint8Array = new Uint8Array(0);
  #answered: Uint8Array = new Uint8Array(0);
  /** Who had said how much, in order. */
  readonly #turns: { readonly side: Side; readonly end: number }[] = [];
  /** Requests that were answered. */
  #requests = 0;
  #note = '';
  #busy = Promise.resolve();

  constructor(socket: Socket, plans: readonly Plan[], maxBytes: number, fault: Behavior | undefined) {
    this.#socket = socket;
    this.#maxBytes = maxBytes;
    this.#fault = fault;
    this.#plans = [...plans].sort((a, b) => Number(b.opened) - Number(a.opened));
    socket.on('data', (bytes) => this.#hear(bytes));
    socket.on('end', () => void this.#busy.then(() => socket.end()));
    this.#react(0);
  }

  /** What became of it, in words. */
  get summary(): string {
    const counts = `${this.#said.length} bytes in, ${this.#answered.length} out, ${this.#requests} requests answered`;
    return this.#note === '' ? counts : `${counts}; ${this.#note}`;
  }

  #hear(bytes: Uint8Array): void {
    if (this.#said.length + bytes.length > this.#maxBytes) {
      this.#note = `closed: the client said more than ${this.#maxBytes} bytes`;
      this.#socket.destroy();
      return;
    }
    this.#said = Buffer.concat([this.#said, bytes]);
    this.#turns.push({ side: 'client', end: this.#said.length });
    for (;;) {
      const progress = progressOf('client', { client: this.#said, server: this.#answered }, this.#turns);
      const request = this.#plans[0]?.requests[this.#requests];
      if (request === undefined || !isDue(request, progress)) return;
      this.#follow(progress);
      this.#requests++;
      this.#react(this.#requests);
    }
  }

  /** Goes on with those dialogues in which the same was asked, if there are any. */
  #follow(progress: Progress): void {
    const same = this.#plans.filter(({ requests }) => {
      const request = requests[this.#requests];
      return request !== undefined && isDue(request, progress) && isSame(request, this.#said, progress);
    });
    if (same.length > 0) this.#plans = same;
  }

  #react(index: number): void {
    const reaction = (this.#fault ?? this.#plans[0])?.reactions[index];
    if (reaction === undefined) return;
    // What is on its way counts as said: the next request is read with it.
    this.#answered = Buffer.concat([this.#answered, ...reaction.pieces.map(({ bytes }) => bytes)]);
    this.#turns.push({ side: 'server', end: this.#answered.length });
    this.#busy = this.#busy.then(() => react(this.#socket, reaction));
  }
}
