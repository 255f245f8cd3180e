import { createServer, type Server, type Socket } from 'node:net';
import type { Side } from '../conversation/conversation.ts';
import type { Behavior, Reaction } from '../proof/behavior.ts';
import { refusalFor } from './credentials.ts';
import { react } from './mock.ts';
import { isDue, isPlainRequest, loginOf, type Plan, shareOf } from './plan.ts';
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
 * Serves recorded dialogues: what the client says is read by the grammars, so that it may ask for other destinations, and is answered as it was
 * recorded. Of several dialogues the one goes on that was asked the most alike; else the first that worked. Where credentials were recorded, and no placeholder stands
 * for them, others are refused. `fault` takes the place of what was recorded. Rejects with the system's error where it cannot listen.
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
  server.on('error', (error) => options.log?.(`the server: ${error.message}`));
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

/** A recorded request, and the dialogue that it stands in. */
interface Place {
  readonly plan: Plan;
  readonly index: number;
}

/** One client. */
class ServedConnection {
  readonly #socket: Socket;
  readonly #maxBytes: number;
  readonly #fault: Behavior | undefined;
  readonly #all: readonly Plan[];
  /** The dialogues that this may still become, those that worked first. */
  #plans: readonly Plan[];
  /** The recorded request that is awaited. */
  #next = 0;
  #said: Uint8Array = new Uint8Array(0);
  #answered: Uint8Array = new Uint8Array(0);
  /** Who had said how much, in order. */
  readonly #turns: { readonly side: Side; readonly end: number }[] = [];
  /** Messages that were answered. */
  #heard = 0;
  #requests = 0;
  #written = 0;
  #note = '';
  #busy = Promise.resolve();

  constructor(socket: Socket, plans: readonly Plan[], maxBytes: number, fault: Behavior | undefined) {
    this.#socket = socket;
    this.#maxBytes = maxBytes;
    this.#fault = fault;
    this.#all = [...plans].sort((a, b) => Number(b.opened) - Number(a.opened));
    this.#plans = this.#all;
    socket.on('data', (bytes) => this.#hear(bytes));
    socket.on('end', () => void this.#busy.then(() => socket.end()));
    this.#react((this.#fault ?? this.#plans[0])?.reactions[0]);
  }

  /** What became of it, in words. */
  get summary(): string {
    const counts = `${this.#said.length} bytes in, ${this.#written} out, ${this.#requests} requests answered`;
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
      const places = this.#placesOf(progress);
      if (places.length === 0) return;
      this.#heard = progress.messages.length;
      const refusal = this.#fault === undefined ? this.#follow(places, progress) : undefined;
      this.#next++;
      this.#react(refusal ?? (this.#fault ?? this.#plans[0])?.reactions[this.#next]);
    }
  }

  /** The recorded requests that this may be: the next one of each dialogue, or of HTTP without a tunnel any. */
  #placesOf(progress: Progress): Place[] {
    const { messages } = progress;
    if (this.#fault === undefined && messages.length === this.#heard + 1 && messages.every(isPlainRequest)) {
      const alone = this.#all.flatMap((plan) =>
        plan.requests.flatMap(({ alone }, index) => (alone ? [{ plan, index }] : [])),
      );
      if (alone.length > 0) return alone;
    }
    const first = this.#plans[0]?.requests[this.#next];
    if (first === undefined || !isDue(first, progress, this.#said)) return [];
    return this.#plans.flatMap((plan) => {
      const request = plan.requests[this.#next];
      return request !== undefined && isDue(request, progress, this.#said) ? [{ plan, index: this.#next }] : [];
    });
  }

  /** Goes on with those dialogues in which the most alike was asked. Returns what is said instead to credentials that are not the recorded ones. */
  #follow(places: readonly Place[], progress: Progress): Reaction | undefined {
    const scores = places.map((place) => this.#likeness(place, progress));
    const best = Math.max(...scores);
    const alike = places.filter((_, at) => scores[at] === best);
    // Where several are as good, the one that is due comes before what is asked at other times.
    const due = alike.find((each) => each.index === this.#next && this.#plans.includes(each.plan));
    const { index, plan } = due ?? (alike[0] as Place);
    this.#plans = alike.filter((each) => each.index === index).map((each) => each.plan);
    this.#next = index;
    if (best >= LOGIN_WEIGHT) return undefined;
    const refusal = refusalFor(plan.requests[index]?.credentials ?? []);
    if (refusal !== undefined) this.#note = 'refused: its credentials are not the recorded ones';
    return refusal;
  }

  /** How like a recorded request is what the client says: first by how it logs in, then by what it asks. */
  #likeness({ plan, index }: Place, progress: Progress): number {
    const request = plan.requests[index];
    if (request === undefined) return 0;
    const words = shareOf(request, this.#said, progress);
    switch (loginOf(request, this.#said, progress)) {
      case 'same':
        return 3 * LOGIN_WEIGHT + words;
      case 'unasked':
        return 2 * LOGIN_WEIGHT + words;
      case 'wrong':
        return (plan.opened ? 0 : LOGIN_WEIGHT) + words; // a server that refused others refuses these
      case 'missing':
        return words;
    }
  }

  #react(reaction: Reaction | undefined): void {
    if (reaction === undefined) return;
    // What is on its way counts as said: the next request is read with it.
    this.#answered = Buffer.concat([this.#answered, ...reaction.pieces.map(({ bytes }) => bytes)]);
    this.#turns.push({ side: 'server', end: this.#answered.length });
    const asked = this.#turns.length > 1;
    this.#busy = this.#busy.then(async () => {
      const before = this.#written;
      await react(this.#socket, reaction, (length) => {
        this.#written += length;
      });
      if (asked && this.#written > before) this.#requests++;
    });
  }
}

const LOGIN_WEIGHT = 2;
