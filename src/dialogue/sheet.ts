import { framesOf } from '../conversation/conversation.ts';
import { formatEndpoint } from '../packet/segment.ts';
import { AcrossDialogues, type AcrossFinding } from './across.ts';
import { type Answer, answerOf } from './answers.ts';
import { type Allowance, type Dialogue, isProxied } from './dialogue.ts';
import { evidenceOf, type QuirkEvidence, type ServerQuirk } from './evidence.ts';
import { type Example, exampleOf, exampleRank } from './example.ts';
import type { Layer } from './layer.ts';
import { findingsIn, QUIRKS, type QuirkCode } from './quirks.ts';
import { Speech, type Spoken } from './speech.ts';
import { type StepTiming, Timings } from './timings.ts';
import { type Unseen, unseenOf } from './unseen.ts';

/** Evidence that is kept of a quirk, and answers that are kept of a server. */
const MAX_EVIDENCE = 3;
const MAX_ANSWERS = 200;

/** A row of the table of answers: how often, and where first. */
export interface CountedAnswer extends Answer {
  readonly count: number;
  readonly stream: number;
  readonly frame: number | undefined;
}

/** All that captures show of one server. */
export interface ServerSheet {
  /** As the user called it, else its endpoint. */
  readonly name: string;
  /** The endpoints that it was met at, in order of appearance. */
  readonly endpoints: readonly string[];
  readonly dialogues: number;
  readonly spoken: readonly Spoken[];
  readonly answers: readonly CountedAnswer[];
  /** In the order of the registry. */
  readonly quirks: readonly ServerQuirk[];
  readonly timings: readonly StepTiming[];
  readonly example: Example | undefined;
  readonly unseen: readonly Unseen[];
}

/** Collects what dialogues show of one server. What it keeps does not grow with them. */
export class SheetFolder {
  readonly name: string;
  readonly #endpoints = new Set<string>();
  readonly #across = new AcrossDialogues();
  readonly #timings = new Timings();
  readonly #speech = new Speech();
  readonly #quirks = new Map<QuirkCode, { dialogues: number; evidence: QuirkEvidence[] }>();
  readonly #answers = new Map<string, { -readonly [Key in keyof CountedAnswer]: CountedAnswer[Key] }>();
  /** Dialogues by what quirks are about: the part of their codes in front of the first hyphen. */
  readonly #subjects = new Map<string, number>();
  #example: Example | undefined;
  #dialogues = 0;
  #firstStream = Number.POSITIVE_INFINITY;
  /** Does any client talk through it as through a proxy? */
  proxied = false;

  constructor(name: string) {
    this.name = name;
  }

  get firstStream(): number {
    return this.#firstStream;
  }

  add(dialogue: Dialogue, cause: string | undefined, allowed: ReadonlySet<Allowance>): void {
    const { conversation, layers } = dialogue;
    const own = ownLayer(layers);
    this.#dialogues++;
    this.#firstStream = Math.min(this.#firstStream, conversation.stream);
    this.proxied ||= isProxied(layers);
    if (this.#endpoints.size < MAX_EVIDENCE) this.#endpoints.add(formatEndpoint(conversation.server));
    for (const subject of subjectsOf(layers, own)) this.#subjects.set(subject, (this.#subjects.get(subject) ?? 0) + 1);
    const findings = findingsIn(dialogue, allowed);
    const found = findings.map((finding) => ({ code: finding.code, evidence: evidenceOf(dialogue, finding) }));
    this.#note([...found, ...this.#across.add(dialogue, own, cause)]);
    this.#timings.add(dialogue);
    this.#speech.add(dialogue, own);
    this.#addAnswer(dialogue, own, cause);
    const rank = exampleRank(dialogue);
    const better = this.#example === undefined || rank > this.#example.rank;
    const earlier = rank === this.#example?.rank && conversation.stream < this.#example.stream;
    if (better || earlier) this.#example = exampleOf(dialogue, findings);
  }

  finish(): ServerSheet {
    this.#note(this.#across.finish());
    const codes = Object.keys(QUIRKS) as QuirkCode[];
    const answers = [...this.#answers.values()].sort((a, b) => a.stream - b.stream);
    const endpoints = [...this.#endpoints];
    return {
      name: this.name,
      endpoints,
      dialogues: this.#dialogues,
      spoken: this.#speech.finish(),
      answers,
      quirks: codes.flatMap((code) => this.#quirkOf(code)),
      timings: this.#timings.finish(),
      example: this.#example,
      unseen: this.proxied ? unseenOf(endpoints[0] ?? '', this.#speech, answers, this.#dialogues) : [],
    };
  }

  #quirkOf(code: QuirkCode): ServerQuirk[] {
    const noted = this.#quirks.get(code);
    if (noted === undefined) return [];
    const of = this.#subjects.get(subjectOf(code)) ?? this.#dialogues;
    return [{ code, ...noted, of }];
  }

  /** Counts each quirk once a dialogue. */
  #note(findings: readonly AcrossFinding[]): void {
    const told = new Set<string>();
    for (const { code, evidence } of findings) {
      const key = `${code} ${evidence.stream}`;
      if (told.has(key)) continue;
      told.add(key);
      const noted = this.#quirks.get(code) ?? { dialogues: 0, evidence: [] };
      noted.dialogues++;
      noted.evidence.push(evidence);
      noted.evidence.sort((a, b) => a.stream - b.stream); // conversations come as they end
      noted.evidence.length = Math.min(noted.evidence.length, MAX_EVIDENCE);
      this.#quirks.set(code, noted);
    }
  }

  #addAnswer(dialogue: Dialogue, own: Layer, cause: string | undefined): void {
    const answer = answerOf(dialogue, own, cause);
    const { stream, server } = dialogue.conversation;
    const key = JSON.stringify([answer.cause, answer.asked, answer.answer]);
    const known = this.#answers.get(key);
    const reply = own.messages.findLast(({ side }) => side === 'server');
    const [carrier] = reply === undefined ? [] : framesOf(server.bytes, reply.start, reply.start + 1);
    const frame = carrier ?? dialogue.outcome.frame;
    if (known === undefined) {
      if (this.#answers.size < MAX_ANSWERS) this.#answers.set(key, { ...answer, count: 1, stream, frame });
      return;
    }
    known.count++;
    if (stream > known.stream) return;
    known.stream = stream;
    known.frame = frame;
  }
}

/** What the server itself speaks: the outermost layer, behind a PROXY header. */
const ownLayer = (layers: readonly Layer[]): Layer =>
  layers.find(({ protocol }) => protocol !== 'proxy-protocol') ?? (layers[0] as Layer);

const subjectOf = (code: string): string => code.slice(0, code.indexOf('-'));

/** Which quirks could show in a dialogue. */
function subjectsOf(layers: readonly Layer[], own: Layer): Set<string> {
  const subjects = new Set<string>(['tcp', own.protocol]);
  if (own.outcome.kind === 'granted') subjects.add('tunnel');
  if (layers.some(({ protocol }) => protocol === 'tls')) subjects.add('tls');
  return subjects;
}
