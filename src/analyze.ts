import { DEFAULT_LIMITS, type LimitName, type Limits } from './bytes/limits.ts';
import { CaptureFiles } from './capture/frame.ts';
import { Interruption, untilInterrupted } from './capture/interruption.ts';
import { readCaptures } from './capture/read.ts';
import type { Warn, WarningCode } from './capture/warning.ts';
import type { Aim } from './check/aim.ts';
import type { Check } from './check/check.ts';
import { CheckFolder } from './check/fold.ts';
import { Repeats } from './check/repeats.ts';
import { isFailure, type Sample, sampleOf } from './check/sample.ts';
import { type Conversation, exchanged, withRolesBy } from './conversation/conversation.ts';
import { ConversationTracker } from './conversation/tracker.ts';
import { type Allowance, type Dialogue, readDialogue } from './dialogue/dialogue.ts';
import { warningsOf } from './dialogue/warnings.ts';
import type { Analysis, Row } from './emit/analysis.ts';
import { RowList } from './emit/rows.ts';
import { SetAsideFolder } from './emit/set-aside.ts';
import { renumbered } from './fixture/renumber.ts';
import { PacketDecoder } from './packet/decode.ts';
import type { Fragmentation, Tally } from './packet/fragments.ts';
import { FrameCounter } from './packet/frame-counter.ts';
import { formatEndpoint } from './packet/segment.ts';
import { DEFAULT_FORM, type Form } from './proof/form.ts';
import { Failures } from './proof/lookalike.ts';
import { proveCheck } from './proof/prove.ts';
import { composeScript, FormError, type Script } from './proof/script.ts';

/** What a fixture holds of a capture. */
export interface RecordedFixture {
  readonly name: string;
  /** Of the capture that it was made of. */
  readonly frames: number;
  readonly conversations: readonly Conversation[];
  /** Do placeholders stand for its secrets? */
  readonly redacted: boolean;
}

/** How far the reading has come. */
export interface Progress {
  /** Of the files, as they are on disk. */
  readonly bytes: number;
  readonly frames: number;
  readonly conversations: number;
}

export interface AnalyzeOptions {
  /** Captures in the order of their timeline; `-` is standard input. */
  readonly paths: readonly string[];
  /** Come behind the captures. */
  readonly fixtures?: readonly RecordedFixture[];
  readonly allowed?: ReadonlySet<Allowance>;
  /** Take only this conversation, whatever its outcome. */
  readonly stream?: number | undefined;
  /** Take only conversations with this server, as `formatEndpoint` writes it. */
  readonly server?: string | undefined;
  /** This endpoint is the server wherever it appears. */
  readonly serverRole?: string | undefined;
  /** Keep a row for every conversation. */
  readonly rows?: boolean;
  /** Keep the dialogues, as many as samples are kept of one check. */
  readonly dialogues?: boolean;
  /** Is told of each dialogue that is taken, when it has ended, and by its index of the input that holds its first frame. */
  readonly onDialogue?: (dialogue: Dialogue, input: number) => void;
  /** What to ask for and to take instead of what was captured. */
  readonly aim?: Aim;
  /** How checks are put into HAProxy's words. */
  readonly form?: Form;
  /** Prove each check; on unless said otherwise. */
  readonly proof?: boolean;
  readonly warn?: Warn;
  /** Is told after each batch of frames, and after each fixture. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly limits?: Limits | undefined;
  /** Ends the reading early; what was read until then is answered. */
  readonly interruption?: Interruption;
}

/** Reads captures to the end: frames, segments, conversations, dialogues, checks. Throws CaptureError for what cannot be read. */
export async function analyze(options: AnalyzeOptions): Promise<Analysis> {
  const { warn = () => {}, allowed = new Set(), limits = DEFAULT_LIMITS, interruption = new Interruption() } = options;
  const { form = DEFAULT_FORM, aim = {}, onProgress = () => {} } = options;
  const files = new CaptureFiles();
  const folder = new CheckFolder(limits, (frame) => files.nameOf(frame));
  const repeats = new Repeats();
  const setAside = new SetAsideFolder();
  const failures = new Failures();
  const rows = new RowList();
  const dialogues: Dialogue[] = [];
  let dialogueAsked: Dialogue | undefined;

  let roleMet = options.serverRole === undefined;
  const onConversation = (captured: Conversation) => {
    const conversation = withAssignedRole(captured, options.serverRole);
    roleMet ||= conversation.rolesBy === 'option';
    if (options.stream !== undefined && conversation.stream !== options.stream) return;
    if (!options.rows && !options.dialogues && !options.onDialogue && options.stream === undefined) {
      const group = repeats.groupOf(conversation);
      if (group !== undefined && folder.isFull(group, conversation.stream)) {
        return folder.count(group, conversation.server, conversation.stream);
      }
    }
    const dialogue = readDialogue(conversation, allowed, limits.nesting);
    if (options.server !== undefined && formatEndpoint(dialogue.conversation.server) !== options.server) return;
    if (options.stream !== undefined) dialogueAsked = dialogue;
    options.onDialogue?.(dialogue, files.inputOf(conversation.firstFrame));
    if (options.dialogues && dialogues.length < limits.samples) dialogues.push(dialogue);
    if (options.rows) return rows.add(rowOf(dialogue, files));
    const sampling = sampleOf(dialogue, allowed, options.stream !== undefined, aim);
    if ('sample' in sampling) {
      const group = folder.add(sampling.sample);
      if (group !== undefined && folder.isFull(group, conversation.stream))
        repeats.remember(conversation, dialogue, group);
      return;
    }
    const alike = setAside.add(dialogue.conversation, sampling);
    if (alike > MAX_FAILURES_ALIKE || !isFailure(dialogue, aim)) return;
    const failed = sampleOf(dialogue, allowed, true, aim);
    if ('sample' in failed) failures.add(failed.sample, sampling.reason, sampling.frame);
  };

  const tracker = new ConversationTracker({ limits, onConversation });
  const decoder = new PacketDecoder(limits);
  const counter = new FrameCounter(files);
  for await (const frames of untilInterrupted(readCaptures(options.paths, files, warn, limits), interruption)) {
    for (const frame of frames) {
      const segment = decoder.decode(frame);
      if (typeof segment === 'string') counter.skip(segment, frame);
      else tracker.add(segment);
    }
    onProgress({ bytes: files.bytesRead, frames: files.frames, conversations: tracker.conversations });
  }
  tracker.finish();
  let { conversations } = tracker;
  for (const fixture of options.fixtures ?? []) {
    const before = { streams: conversations, frames: files.frames };
    files.beginWith(fixture.name, fixture.frames);
    conversations += fixture.conversations.length;
    for (const each of fixture.conversations) onConversation(renumbered(each, before.streams, before.frames));
    onProgress({ bytes: files.bytesRead, frames: files.frames, conversations });
  }
  if (interruption.requested)
    warn({ code: 'interrupted', message: `interrupted: this answers for the ${files.frames} frames read until then` });

  if (!roleMet) warn({ code: 'role', message: `no conversation has the endpoint ${options.serverRole} of --role` });
  counter.report(options.paths, warn);
  warnOfFragments(decoder.fragmentation, files, warn);
  warnOfBounds(tracker, folder, setAside, limits, warn);
  const { checks, direct, transfers, refused } = folder.finish();
  const { scripts, unsayable } = scriptsOf(checks, form);
  const proved = options.proof === false ? [] : [...scripts];
  for (const { sample, count } of direct) setAside.addSamples(sample, directReason(sample), undefined, count);
  for (const { sample, count } of transfers) setAside.addSamples(sample, TRANSFER, undefined, count);
  for (const { sample, count, reason, frame } of refused) {
    setAside.addSamples(sample, reason, frame, count);
    failures.add(sample, reason, frame);
  }
  return {
    files,
    accounting: { ...counter.counts(), conversations, late: tracker.lateFrames },
    checks,
    form,
    scripts,
    unsayable,
    proofs: new Map(proved.map(([check, script]) => [check, proveCheck(script, check.replies, check.timeout * 1000)])),
    lookalikes: failures.lookalikesOf(scripts),
    setAside: setAside.finish(),
    rows,
    dialogue: dialogueAsked,
    dialogues: dialogues.sort((a, b) => a.conversation.stream - b.conversation.stream),
  };
}

/** Of dialogues that failed for one reason as many are tried against the checks. */
const MAX_FAILURES_ALIKE = 3;

const TRANSFER = 'a data connection of FTP, whose port is for one transfer';
const directReason = ({ layers }: Sample): string =>
  layers.at(-1) === 'unknown'
    ? 'no protocol is recognized, and others go through a proxy'
    : 'goes to the origin without a proxy, and others go through one';

/** Says which fragmented packets are poor evidence, or none. */
function warnOfFragments({ overlapping, incomplete, givenUp }: Fragmentation, files: CaptureFiles, warn: Warn): void {
  const say = (code: WarningCode, { count, frame }: Tally, what: string, where: string) => {
    if (count > 0) warn({ code, message: `${count} ${what}, the first ${where} frame ${files.nameOf(frame)}` });
  };
  const put = 'packets were put together from fragments that overlap, of which the first copy is kept';
  say('fragments-overlap', overlapping, put, 'in');
  say('fragments-lost', incomplete, 'fragmented packets never became whole', 'from');
  const dropped = 'fragmented packets were given up while they waited for the rest (--limit fragments allows more)';
  say('limit', givenUp, dropped, 'from');
}

/** Says which bounds were hit, and what that cost. */
function warnOfBounds(
  { givenUp }: ConversationTracker,
  folder: CheckFolder,
  setAside: SetAsideFolder,
  limits: Limits,
  warn: Warn,
): void {
  const say = (name: LimitName, count: number, what: string) => {
    if (count === 0) return;
    warn({ code: 'limit', message: `${count} ${what}; the bound is --limit ${name}=${limits[name]}` });
  };
  const cutShort = 'conversations were cut short, those that were silent for longest';
  say('conversations', givenUp.conversations, `${cutShort}: too many at a time`);
  say('buffered', givenUp.buffered, `${cutShort}: their bytes took too much memory`);
  say('checks', folder.dropped, 'dialogues would have made more checks');
  if (setAside.untold > 0)
    warn({ code: 'limit', message: `${setAside.untold} more dialogues were left out for other reasons` });
}

/** Puts the checks into HAProxy's words; those that cannot be are told apart. */
function scriptsOf(checks: readonly Check[], form: Form): Pick<Analysis, 'scripts' | 'unsayable'> {
  const scripts = new Map<Check, Script>();
  const unsayable = new Map<Check, string>();
  for (const check of checks) {
    try {
      scripts.set(check, composeScript(check, form));
    } catch (error) {
      if (!(error instanceof FormError)) throw error;
      unsayable.set(check, error.message);
    }
  }
  return { scripts, unsayable };
}

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
