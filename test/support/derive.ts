import { CaptureFiles, type Frame } from '../../src/capture/frame.ts';
import { readCaptures } from '../../src/capture/read.ts';
import type { Check } from '../../src/check/check.ts';
import { CheckFolder } from '../../src/check/fold.ts';
import { type Sampling, sampleOf } from '../../src/check/sample.ts';
import type { Conversation, Side } from '../../src/conversation/conversation.ts';
import { ConversationTracker } from '../../src/conversation/tracker.ts';
import { type Allowance, type Dialogue, readDialogue } from '../../src/dialogue/dialogue.ts';
import type { Analysis } from '../../src/emit/analysis.ts';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { DEFAULT_FORM, type Form } from '../../src/proof/form.ts';
import { composeScript, type Script } from '../../src/proof/script.ts';
import { conversationsOf } from './read.ts';
import { framesOf, Talk, type WireSegment } from './wire.ts';

export type Source = Talk | readonly WireSegment[];

const segmentsOf = (source: Source): readonly WireSegment[] => (source instanceof Talk ? source.segments : source);

/** The one conversation that the segments make up. */
export function conversationOf(source: Source): Conversation {
  const [conversation, ...more] = conversationsOf(segmentsOf(source));
  if (conversation === undefined || more.length > 0) throw new Error(`${more.length + 1} conversations`);
  return conversation;
}

export const dialogueOf = (source: Source, ...allowed: Allowance[]): Dialogue =>
  readDialogue(conversationOf(source), new Set(allowed));

/** The outcome of each layer in one line: `socks5 granted`, `http answered`. */
export const layersOf = (dialogue: Dialogue): string[] =>
  dialogue.layers.map(({ protocol, outcome }) => `${protocol} ${outcome.kind}`);

export const samplingOf = (source: Source, ...allowed: Allowance[]): Sampling =>
  sampleOf(dialogueOf(source, ...allowed), new Set(allowed), false);

/** As `--stream` does it: whatever the outcome. */
export const forcedSamplingOf = (source: Source, ...allowed: Allowance[]): Sampling =>
  sampleOf(dialogueOf(source, ...allowed), new Set(allowed), true);

/** The checks that conversations give, without those that are left out. */
export function checksOf(sources: readonly Source[], force = false): Check[] {
  const folder = new CheckFolder();
  for (const conversation of conversationsOf(sources.flatMap(segmentsOf))) {
    const sampling = sampleOf(readDialogue(conversation, new Set()), new Set(), force);
    if ('sample' in sampling) folder.add(sampling.sample);
  }
  return folder.finish().checks;
}

/** A check as tcp-check, whatever it is about. */
export const tcpScriptOf = (check: Check): Script => composeScript(check, { ...DEFAULT_FORM, checker: 'tcp-check' });

/** Checks with their scripts, as an analysis has them. */
export const scripted = (
  checks: readonly Check[],
  form: Form = DEFAULT_FORM,
): Pick<Analysis, 'checks' | 'scripts' | 'unsayable' | 'form'> => ({
  checks,
  form,
  scripts: new Map(checks.map((check) => [check, composeScript(check, form)])),
  unsayable: new Map(),
});

/** The rules of the one check that a conversation gives, as tcp-check without comments. */
export function rulesOf(source: Source, force = false): string[] {
  const [check, ...more] = checksOf([source], force);
  if (check === undefined || more.length > 0) throw new Error(`${more.length + 1} checks`);
  return rulesIn(check);
}

/** The rules of a check, as tcp-check without comments. */
export const rulesIn = (check: Check): string[] =>
  haproxyRules(tcpScriptOf(check))
    .slice(1)
    .map((rule) => rule.replace(/^tcp-check | comment "(?:[^"\\]|\\.)*"$/g, ''));

/** The segments without one that carries data: the `nth` of its side, from 0. */
export const losing = (talk: Talk, side: Side, nth: number): WireSegment[] =>
  talk.segments.filter((segment) => segment !== dataSegment(talk, side, nth));

export function dataSegment(talk: Talk, side: Side, nth: number): WireSegment {
  const from = talk.segments[0]?.from;
  const own = talk.segments.filter(
    ({ payload, from: sender }) => payload.length > 0 && (sender === from) === (side === 'client'),
  );
  const segment = own[nth];
  if (segment === undefined) throw new Error(`the ${side} has ${own.length} segments`);
  return segment;
}

/** The one conversation of frames of which some were cut: `cut` says how many bytes each lost at its end. */
export function cutConversationOf(talk: Talk, cut: (segment: WireSegment) => number): Conversation {
  const follower = new Follower();
  framesOf(talk.segments).forEach(({ data }, at) => {
    follower.add({
      number: at + 1,
      seconds: 0,
      nanoseconds: at,
      linkType: 1,
      bytes: data,
      start: 0,
      end: data.length - cut(talk.segments[at] as WireSegment),
      originalLength: data.length,
    });
  });
  return follower.finish()[0] as Conversation;
}

/** Every conversation of a capture file. */
export async function conversationsIn(path: string): Promise<Conversation[]> {
  const follower = new Follower();
  for await (const frames of readCaptures([path], new CaptureFiles(), () => {})) {
    for (const frame of frames) follower.add(frame);
  }
  return follower.finish();
}

/** From frames to conversations. */
class Follower {
  readonly #conversations: Conversation[] = [];
  readonly #decoder = new PacketDecoder();
  readonly #tracker = new ConversationTracker({
    onConversation: (conversation) => this.#conversations.push(conversation),
  });

  add(frame: Frame): void {
    const segment = this.#decoder.decode(frame);
    if (typeof segment !== 'string') this.#tracker.add(segment);
  }

  finish(): Conversation[] {
    this.#tracker.finish();
    return this.#conversations;
  }
}

/** The names of files whose frames are numbered from 1 in each. */
export function filesNamed(...files: readonly (readonly [name: string, frames: number])[]): CaptureFiles {
  const named = new CaptureFiles();
  for (const [name, frames] of files) {
    named.begin(name);
    for (let frame = 0; frame < frames; frame++) named.next();
  }
  return named;
}
