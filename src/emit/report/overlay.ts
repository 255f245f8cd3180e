import type { Field } from '../../bytes/reader.ts';
import type { Message } from '../../dialogue/layer.ts';
import { BYTE, type ShownDialogue } from './masked.ts';

/** A field that is not the same in all samples, and what stands there; no bytes where a sample lacks it. */
export interface Variation {
  readonly name: string;
  readonly values: readonly { readonly stream: number; readonly bytes: Uint8Array | undefined }[];
  /** So many bytes are the same in all of them, before the first that is not. */
  readonly agree: number;
}

/** A message of the first sample with the same message of the others laid over it. */
export interface Overlay {
  /** For each byte of the message: does it vary? */
  readonly varies: readonly boolean[];
  readonly variations: readonly Variation[];
}

/** The message at an index, counted over all layers. */
const messageAt = ({ dialogue }: ShownDialogue, at: number): Message | undefined =>
  dialogue.layers.flatMap(({ messages }) => messages)[at];

/** Compares a message of several samples field by field, so that one that is longer moves nothing behind it. Masked bytes vary in no way that is told. */
export function overlayOf(samples: readonly [ShownDialogue, ...ShownDialogue[]], at: number): Overlay {
  const readings = samples.map((sample) => readingOf(sample, at));
  const [first] = readings;
  const message = messageAt(samples[0], at);
  const varies = Array.from({ length: message === undefined ? 0 : message.end - message.start }, () => false);
  const variations: Variation[] = [];
  for (const key of new Set(readings.flatMap(({ fields }) => [...fields.keys()]))) {
    const values = readings.map(({ stream, fields }) => ({ stream, bytes: fields.get(key)?.bytes }));
    const own = first?.fields.get(key);
    const differing = differences(values.map(({ bytes }) => bytes));
    if (differing === undefined) continue;
    variations.push({ name: own?.field.name ?? nameIn(readings, key), values, agree: agreementOf(values) });
    for (const index of differing)
      if (own !== undefined) varies[own.field.start - (message as Message).start + index] = true;
  }
  return { varies, variations };
}

interface Reading {
  readonly stream: number;
  readonly fields: ReadonlyMap<string, { readonly field: Field; readonly bytes: Uint8Array }>;
}

/** The fields of a message that may be compared, under their names and how often these came before. */
function readingOf(sample: ShownDialogue, at: number): Reading {
  const { conversation } = sample.dialogue;
  const message = messageAt(sample, at);
  const fields = new Map<string, { field: Field; bytes: Uint8Array }>();
  const counts = new Map<string, number>();
  for (const field of message?.fields ?? []) {
    const count = counts.get(field.name) ?? 0;
    counts.set(field.name, count + 1);
    const { side } = message as Message;
    const end = field.start + field.length;
    const plain = sample.kinds[side].subarray(field.start, end).every((kind) => kind === BYTE.plain);
    if (plain)
      fields.set(`${field.name} ${count}`, { field, bytes: conversation[side].bytes.bytes.subarray(field.start, end) });
  }
  return { stream: conversation.stream, fields };
}

const nameIn = (readings: readonly Reading[], key: string): string =>
  readings.map(({ fields }) => fields.get(key)?.field.name).find((name) => name !== undefined) ?? key;

/** Which bytes of the first value differ from another; all of them where lengths do, or where it is lacking elsewhere. Undefined where none does. */
function differences([first, ...others]: readonly (Uint8Array | undefined)[]): number[] | undefined {
  if (others.every((other) => isSame(first, other))) return undefined;
  const indexes = [...(first ?? []).keys()];
  if (others.some((other) => other?.length !== first?.length)) return indexes;
  return indexes.filter((index) => others.some((other) => other?.[index] !== first?.[index]));
}

/** The length of what all values begin with. */
function agreementOf(values: Variation['values']): number {
  const [first, ...others] = values.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]));
  const differs = first?.findIndex((byte, at) => others.some((other) => other[at] !== byte)) ?? 0;
  return differs === -1 ? (first as Uint8Array).length : differs;
}

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;
