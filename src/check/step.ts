import type { Side } from '../conversation/conversation.ts';
import type { Pattern } from './pattern.ts';
import type { Secret } from './secret.ts';
import type { StatusRange } from './status.ts';

/** A check is steps as data. Steps are numbered from 1, as HAProxy logs them; the comment says what a step is about. */
export type Step = ConnectStep | SendStep | ExpectStep;

interface ConnectStep {
  readonly kind: 'connect';
  readonly comment: string;
}

export interface SendStep {
  readonly kind: 'send';
  readonly bytes: Uint8Array;
  /** What of the bytes is secret. */
  readonly secrets: readonly Secret[];
  readonly comment: string;
}

export interface ExpectStep {
  readonly kind: 'expect';
  /** Matched from the first byte received since the last send. */
  readonly pattern: Pattern;
  /** Is the reply text, so that the pattern may be written as such? */
  readonly text: boolean;
  /** Does the check fail where the pattern matches, and not where it does not? */
  readonly unwanted: boolean;
  /** With this many bytes received a mismatch is final; undefined: more is waited for. */
  readonly minReceived: number | undefined;
  readonly comment: string;
  /** Where it is the outcome of a message: what a target that knows no patterns can look for. */
  readonly captured?: CapturedMessage;
}

/** A message as the first sample has it. */
export interface CapturedMessage {
  /** How it begins in every sample, up to the first field that changes. */
  readonly prefix: Uint8Array;
  /** The whole of it. */
  readonly bytes: Uint8Array;
  /** Of an HTTP response the status line says all. */
  readonly http: CapturedStatus | undefined;
}

interface CapturedStatus {
  /** Those that are taken. */
  readonly statuses: readonly StatusRange[];
  /** Is it the first that comes, so that the reply begins with it? */
  readonly first: boolean;
}

/** A stretch of a side's stream that a check sends or asserts. */
export interface UsedSpan {
  readonly side: Side;
  readonly start: number;
  readonly end: number;
}
