import { elapsed, runAt } from '../conversation/conversation.ts';
import { isSuccessful } from '../protocol/http/codes.ts';
import type { Dialogue } from './dialogue.ts';
import { isInTunnel, type Message, protocolLabel } from './layer.ts';

/** How long a step took, in milliseconds. */
export interface StepTiming {
  readonly step: string;
  /** How many were measured. */
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
}

/** One measured step of a dialogue. */
interface Measured {
  readonly step: string;
  readonly took: number;
}

/** Steps whose names come out of captures, and values of a step, that are kept. */
const MAX_STEPS = 50;
const MAX_VALUES = 512;

/** Collects durations; of many it keeps every second, fourth, eighth one, spread evenly. */
export class Timings {
  readonly #steps = new Map<string, Durations>();

  add(dialogue: Dialogue): void {
    for (const { step, took } of measuredIn(dialogue)) {
      let durations = this.#steps.get(step);
      if (durations === undefined) {
        if (this.#steps.size >= MAX_STEPS) continue;
        durations = new Durations();
        this.#steps.set(step, durations);
      }
      durations.add(took);
    }
  }

  /** The steps in the order in which they were first met. */
  finish(): StepTiming[] {
    return [...this.#steps].map(([step, durations]) => ({ step, ...durations.summary() }));
  }
}

class Durations {
  #values: number[] = [];
  #every = 1;
  #n = 0;
  #min = Number.POSITIVE_INFINITY;

  add(value: number): void {
    if (value < this.#min) this.#min = value;
    if (this.#n++ % this.#every !== 0) return;
    this.#values.push(value);
    if (this.#values.length < MAX_VALUES) return;
    this.#values = this.#values.filter((_, at) => at % 2 === 0);
    this.#every *= 2;
  }

  summary(): Omit<StepTiming, 'step'> {
    const sorted = [...this.#values].sort((a, b) => a - b);
    const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    return { n: this.#n, min: this.#min, median: rank(0.5), p95: rank(0.95) };
  }
}

/** From the SYN to the SYN-ACK, then from the last byte of each request to the first one of its reply. */
function measuredIn({ conversation, layers }: Dialogue): Measured[] {
  const measured: Measured[] = [];
  const { client, server } = conversation;
  const [asked, accepted] = [client.bytes.traces?.opened, server.bytes.traces?.opened];
  if (asked && accepted) measured.push({ step: 'TCP connect', took: Math.max(0, elapsed(asked, accepted)) });
  layers.forEach((layer, depth) => {
    const where = isInTunnel(layers.slice(0, depth + 1)) ? 'in the tunnel: ' : '';
    let request: Message | undefined;
    for (const message of layer.messages) {
      if (message.side === 'client') {
        request = message;
        continue;
      }
      if (message.kind === 'empty lines') continue;
      const from = request && runAt(client.bytes, request.end - 1);
      const to = runAt(server.bytes, message.start);
      // A clock that was set back between the two measures nothing.
      if (request && from && to && elapsed(from, to) >= 0)
        measured.push({ step: `${where}${stepOf(message, request)}`, took: elapsed(from, to) });
      request = undefined;
    }
  });
  return measured;
}

function stepOf(reply: Message, request: Message): string {
  const label = protocolLabel(reply.protocol);
  if (reply.kind !== 'response') return `${label} ${reply.kind.replace(`${reply.protocol} `, '')}`;
  const connect = request.kind === 'request' && request.protocol === 'http' && request.method === 'CONNECT';
  const outcome = isSuccessful(reply.status) ? '2xx' : `${Math.floor(reply.status / 100)}xx`;
  return `${label} ${outcome}${connect ? ' to CONNECT' : ''}`;
}
