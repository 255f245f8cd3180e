import { connect, type Socket } from 'node:net';
import { type Aim, aimed } from '../check/aim.ts';
import type { Conversation, Side } from '../conversation/conversation.ts';
import type { ByteStream, Run } from '../conversation/stream.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import type { Target } from './live.ts';
import { type Progress, progressAt, progressOf } from './progress.ts';

/** Has a dialogue again. */
export interface RepeatOptions {
  /** Milliseconds to wait for each reply. */
  readonly timeout: number;
  /** Ask for this address instead of the recorded one. */
  readonly probe?: URL | undefined;
}

/**
 * Has a recorded dialogue again with a live server, as its client: what the client said is said again, each turn when the server has said as
 * much as it had then. The conversation that comes of it; a server that says less, or nothing, is waited for no longer than the timeout.
 * Throws AimError where the dialogue cannot be aimed at the probe; rejects with the system's error where no connection is made.
 */
export async function repeatDialogue(
  dialogue: Dialogue,
  target: Target,
  { timeout, probe }: RepeatOptions,
): Promise<Conversation> {
  const socket = await connected(target, timeout);
  const exchange = new RepeatedConversation(socket);
  const { turns, layers } = dialogue;
  const read = layers.flatMap(({ messages }) => messages);
  for (const { side, start, end } of turns) {
    if (side === 'client') exchange.say(requestBytes(dialogue, start, end, { probe }));
    else if (!(await exchange.hears(progressAt('server', end, read), timeout))) break;
  }
  return exchange.end(timeout);
}

function connected(target: Target, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, noDelay: true, allowHalfOpen: true }, () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve(socket);
    });
    const timer = setTimeout(() => {
      socket.destroy(new Error(`${target.host}:${target.port} does not answer within ${timeout} ms`));
    }, timeout);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** A turn of the client as it is said, aimed elsewhere where that is wanted. */
function requestBytes({ conversation, layers }: Dialogue, start: number, end: number, aim: Aim): Uint8Array {
  const { bytes } = conversation.client.bytes;
  const messages = layers.flatMap((layer) => layer.messages);
  const aims = aimed(messages, aim, (message) =>
    conversation[message.side].bytes.bytes.subarray(message.start, message.end),
  );
  const pieces: Uint8Array[] = [];
  let position = start;
  for (const [message, { bytes: changed }] of aims) {
    if (message.start < position || message.end > end) continue;
    pieces.push(bytes.subarray(position, message.start), changed);
    position = message.end;
  }
  return Buffer.concat([...pieces, bytes.subarray(position, end)]);
}

/** What both sides said, kept as a capture would have it: an event is a frame. */
class RepeatedConversation {
  readonly #socket: Socket;
  readonly #said: Record<Side, { bytes: Uint8Array; runs: Run[]; closed: ByteStream['closed'] }> = {
    client: { bytes: new Uint8Array(0), runs: [], closed: undefined },
    server: { bytes: new Uint8Array(0), runs: [], closed: undefined },
  };
  readonly #turns: { side: Side; end: number }[] = [];
  readonly #started = Date.now();
  #frames = 0;
  #notify: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#add('server', bytes));
    socket.on('end', () => this.#close('server', 'FIN'));
    socket.on('error', () => this.#close('server', 'RST'));
  }

  say(bytes: Uint8Array): void {
    this.#add('client', bytes);
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Waits until the server has said as much; false where it does not. */
  async hears(wanted: Progress, timeout: number): Promise<boolean> {
    const deadline = Date.now() + timeout;
    for (;;) {
      const streams = { client: this.#said.client.bytes, server: this.#said.server.bytes };
      const progress = progressOf('server', streams, this.#turns);
      const ahead = progress.messages.length - wanted.messages.length;
      if (ahead > 0 || (ahead === 0 && progress.data >= wanted.data)) return true;
      const left = deadline - Date.now();
      if (this.#said.server.closed !== undefined || left <= 0) return false;
      await this.#event(left);
    }
  }

  /** Ends the connection, and gives what was said. A server that ends it by itself is given a moment for that. */
  async end(timeout: number): Promise<Conversation> {
    if (this.#said.server.closed === undefined) await this.#event(Math.min(timeout, LAST_WORDS));
    if (this.#said.server.closed === undefined) this.#close('client', 'FIN');
    this.#socket.destroySoon();
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = this.#socket;
    return {
      stream: 0,
      client: { address: localAddress, port: localPort, bytes: this.#streamOf('client') },
      server: { address: remoteAddress, port: remotePort, bytes: this.#streamOf('server') },
      rolesBy: 'SYN',
      cutShort: false,
      frames: this.#frames,
      firstFrame: 1,
      lastFrame: Math.max(1, this.#frames),
      started: moment(this.#started),
    };
  }

  #add(side: Side, bytes: Uint8Array): void {
    const own = this.#said[side];
    const start = own.bytes.length;
    own.bytes = Buffer.concat([own.bytes, bytes]);
    const acknowledged = this.#said[side === 'client' ? 'server' : 'client'].bytes.length;
    own.runs.push({ start, end: own.bytes.length, frame: ++this.#frames, ...moment(Date.now()), acknowledged });
    this.#turns.push({ side, end: own.bytes.length });
    this.#notify();
  }

  #close(side: Side, by: 'FIN' | 'RST'): void {
    this.#said[side].closed ??= { by, frame: ++this.#frames };
    this.#notify();
  }

  /** The next event, or the end of the time. */
  #event(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#notify = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #streamOf(side: Side): ByteStream {
    const { bytes, runs, closed } = this.#said[side];
    const { length } = bytes;
    const whole = { gaps: [], conflicts: [], fromStart: true, tooFarAhead: 0, traces: undefined };
    return { bytes: Uint8Array.from(bytes), contiguous: length, runs, length, closed, ...whole };
  }
}

/** Milliseconds for what a server does when all was said. */
const LAST_WORDS = 100;

const moment = (milliseconds: number): { seconds: number; nanoseconds: number } => ({
  seconds: Math.floor(milliseconds / 1000),
  nanoseconds: (milliseconds % 1000) * 1e6,
});
