import type { CaptureFiles } from '../capture/frame.ts';
import type { Check } from '../check/check.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import type { ProtocolName } from '../dialogue/layer.ts';
import type { Doubt } from '../dialogue/warnings.ts';
import type { Skipped } from '../packet/frame-counter.ts';
import type { Endpoint } from '../packet/segment.ts';
import type { Form } from '../proof/form.ts';
import type { Lookalike } from '../proof/lookalike.ts';
import type { Proof } from '../proof/prove.ts';
import type { Script } from '../proof/script.ts';

/** One conversation in brief. */
export interface Row {
  readonly stream: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly protocols: readonly ProtocolName[];
  readonly outcome: Dialogue['outcome'];
  readonly destination: string | undefined;
  readonly frames: number;
  /** Payload bytes of both sides, each byte counted once. */
  readonly bytes: number;
  readonly warnings: readonly Doubt[];
}

/** Dialogues that no check was made of, folded by server and reason. */
export interface SetAside {
  readonly stream: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly reason: string;
  readonly frame: number | undefined;
  readonly nextStep: string | undefined;
  count: number;
}

/** What became of the frames. */
interface Accounting {
  readonly frames: number;
  readonly segments: number;
  readonly conversations: number;
  /** Frames that came when their conversation had already been read; they changed nothing. */
  readonly late: number;
  /** Frames that hold no segment, by reason, with the first of each. */
  readonly skipped: Skipped;
}

/** All that is known of the captures: the one input of every emitter. */
export interface Analysis {
  readonly files: CaptureFiles;
  readonly accounting: Accounting;
  readonly checks: readonly Check[];
  /** How the checks were put into HAProxy's words. */
  readonly form: Form;
  readonly scripts: ReadonlyMap<Check, Script>;
  /** Checks that cannot be put into the words that were asked for, with the reason. */
  readonly unsayable: ReadonlyMap<Check, string>;
  /** The proof of each check, unless it was not wanted. */
  readonly proofs: ReadonlyMap<Check, Proof>;
  /** Dialogues that failed, and that a check would take for successes. */
  readonly lookalikes: ReadonlyMap<Check, readonly Lookalike[]>;
  readonly setAside: readonly SetAside[];
  /** In order of their numbers; empty unless asked for. */
  readonly rows: Iterable<Row>;
  /** The conversation asked for by `stream`. */
  readonly dialogue: Dialogue | undefined;
  /** In order of their numbers; empty unless asked for. */
  readonly dialogues: readonly Dialogue[];
}
