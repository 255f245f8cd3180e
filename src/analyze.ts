import { CaptureFiles, type Frame } from './capture/frame.ts';
import { readCaptures } from './capture/read.ts';
import { CaptureError, type Warn } from './capture/warning.ts';
import type { Check } from './check/check.ts';
import { CheckFolder } from './check/fold.ts';
import { sampleOf } from './check/sample.ts';
import { type Conversation, exchanged, withRolesBy } from './conversation/conversation.ts';
import { ConversationTracker, DEFAULT_HEAD_LIMIT } from './conversation/tracker.ts';
import { type Allowance, type Dialogue, readDialogue } from './dialogue/dialogue.ts';
import { warningsOf } from './dialogue/warnings.ts';
import type { Accounting, Analysis, Row, SetAside } from './emit/analysis.ts';
import { decodeSegment, type Skip } from './packet/decode.ts';
import { type Endpoint, formatEndpoint } from './packet/segment.ts';
import { type Proof, proveCheck } from './proof/prove.ts';
import { rulesOf } from './proof/rule.ts';

export interface AnalyzeOptions {
  /** Captures in the order of their timeline; `-` is standard input. */
  readonly paths: readonly string[];
  readonly allowed?: ReadonlySet<Allowance>;
  /** Take only this conversation, whatever its outcome. */
  readonly stream?: number | undefined;
  /** Take only conversations with this server, as `formatEndpoint` writes it. */
  readonly server?: string | undefined;
  /** This endpoint is the server wherever it appears. */
  readonly serverRole?: string | undefined;
  /** Keep a row for every conversation. */
  readonly rows?: boolean;
  /** Prove each check; on unless said otherwise. */
  readonly proof?: boolean;
  readonly warn?: Warn;
}

/** Reads captures to the end: frames, segments, conversations, dialogues, checks. Throws CaptureError for what cannot be read. */
export async function analyze(options: AnalyzeOptions): Promise<Analysis> {
  const { warn = () => {}, allowed = new Set() } = options;
  const files = new CaptureFiles();
  const folder = new CheckFolder();
  const setAside = new SetAsideFolder();
  const rows: Row[] = [];
  let dialogueAsked: Dialogue | undefined;

  const onConversation = (captured: Conversation) => {
    const conversation = withAssignedRole(captured, options.serverRole);
    if (options.stream !== undefined && conversation.stream !== options.stream) return;
    const dialogue = readDialogue(conversation, allowed);
    if (options.server !== undefined && formatEndpoint(dialogue.conversation.server) !== options.server) return;
    if (options.stream !== undefined) dialogueAsked = dialogue;
    if (options.rows) return void rows.push(rowOf(dialogue, files));
    const sampling = sampleOf(dialogue, allowed, options.stream !== undefined);
    if ('sample' in sampling) folder.add(sampling.sample);
    else setAside.add(dialogue.conversation, sampling);
  };

  const tracker = new ConversationTracker({ headLimit: DEFAULT_HEAD_LIMIT, onConversation });
  const counter = new FrameCounter(files);
  for await (const frames of readCaptures(options.paths, files, warn)) {
    for (const frame of frames) {
      const segment = decodeSegment(frame);
      if (typeof segment === 'string') counter.skip(segment, frame);
      else tracker.add(segment);
    }
  }
  tracker.finish();

  counter.report(options.paths, warn);
  const { checks, direct } = folder.finish();
  for (const { sample, count } of direct) setAside.addDirect(sample.stream, sample.server, count);
  return {
    files,
    accounting: { ...counter.counts(), conversations: tracker.conversations },
    checks,
    proofs: new Map(options.proof === false ? [] : checks.map((check) => [check, proofOf(check)])),
    setAside: setAside.finish(),
    rows: rows.sort((a, b) => a.stream - b.stream),
    dialogue: dialogueAsked,
  };
}

const proofOf = ({ steps, replies, timeout }: Check): Proof => proveCheck(rulesOf(steps), replies, timeout * 1000);

function withAssignedRole(conversation: Conversation, server: string | undefined): Conversation {
  if (server === undefined) return conversation;
  if (formatEndpoint(conversation.server) === server) return withRolesBy(conversation, 'option');
  return formatEndpoint(conversation.client) === server ? exchanged(conversation, 'option') : conversation;
}

function rowOf(dialogue: Dialogue, files: CaptureFiles): Row {
  const { conversation, layers, outcome, destination } = dialogue;
  const { stream, client, server, frames } = conversation;
  return {
    stream,
    client: { address: client.address, port: client.port },
    server: { address: server.address, port: server.port },
    protocols: layers.map(({ protocol }) => protocol),
    outcome,
    destination,
    frames,
    bytes: client.bytes.length + server.bytes.length,
    warnings: warningsOf(dialogue, (frame) => files.nameOf(frame)),
  };
}

/** Reasons that are told one by one; a capture with more is told in part. */
const MAX_REASONS = 1000;

class SetAsideFolder {
  readonly #byReason = new Map<string, SetAside>();

  add(conversation: Conversation, why: { reason: string; frame: number | undefined; nextStep?: string }): void {
    const { stream, client, server } = conversation;
    this.#count({ stream, client, server, reason: why.reason, frame: why.frame, nextStep: why.nextStep, count: 1 });
  }

  addDirect(stream: number, server: Endpoint, count: number): void {
    const reason = 'goes to the origin without a proxy, and others go through one';
    this.#count({
      stream,
      client: server,
      server,
      reason,
      frame: undefined,
      nextStep: `say --stream ${stream} to take it`,
      count,
    });
  }

  finish(): SetAside[] {
    return [...this.#byReason.values()].sort((a, b) => a.stream - b.stream);
  }

  #count(entry: SetAside): void {
    const key = `${formatEndpoint(entry.server)} ${entry.reason}`;
    const known = this.#byReason.get(key);
    if (known !== undefined) known.count += entry.count;
    else if (this.#byReason.size < MAX_REASONS) this.#byReason.set(key, entry);
  }
}

class FrameCounter {
  readonly #files: CaptureFiles;
  readonly #skipped = new Map<Skip, { count: number; first: number }>();
  readonly #linkTypes = new Map<number, { count: number; first: number }>();

  constructor(files: CaptureFiles) {
    this.#files = files;
  }

  skip(reason: Skip, frame: Frame): void {
    countUp(this.#skipped, reason, frame.number);
    if (reason === 'unknown link type') countUp(this.#linkTypes, frame.linkType, frame.number);
  }

  counts(): Omit<Accounting, 'conversations'> {
    const skipped = [...this.#skipped.values()].reduce((sum, { count }) => sum + count, 0);
    return { frames: this.#files.frames, segments: this.#files.frames - skipped, skipped: this.#skipped };
  }

  /** Warns of what was lost; an unknown link type that leaves nothing is an error. */
  report(paths: readonly string[], warn: Warn): void {
    const { frames, segments } = this.counts();
    for (const [linkType, { count, first }] of this.#linkTypes) {
      const problem = `link type ${linkType} is not read: ${count} of ${frames} frames are lost, the first is frame ${this.#files.nameOf(first)}`;
      const nextStep = 'record again on an Ethernet or loopback interface, or with: tcpdump -i any -y LINUX_SLL2';
      if (segments === 0) throw new CaptureError({ file: paths.join(', ') }, problem, nextStep);
      warn({ code: 'link-type', message: `${problem}; ${nextStep}` });
    }
    const told: readonly Skip[] = ['fragment', 'cut in a header', 'malformed header'];
    for (const reason of told) {
      const skipped = this.#skipped.get(reason);
      if (skipped === undefined) continue;
      const message = `${skipped.count} of ${frames} frames left out (${reason}), the first is frame ${this.#files.nameOf(skipped.first)}`;
      warn({ code: 'frames-left-out', message });
    }
  }
}

function countUp<Key>(counts: Map<Key, { count: number; first: number }>, key: Key, frame: number): void {
  const known = counts.get(key);
  if (known === undefined) counts.set(key, { count: 1, first: frame });
  else known.count++;
}
