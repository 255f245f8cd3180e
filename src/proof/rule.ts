import { hexRegex, minLength, textRegex } from '../check/pattern.ts';
import type { Secret } from '../check/secret.ts';
import type { ExpectStep, Step } from '../check/step.ts';

/** A tcp-check rule as HAProxy evaluates it, written by us or by anyone. */
export type TcpRule = ConnectRule | SendRule | ExpectRule;

interface ConnectRule {
  readonly kind: 'connect';
  /** End the check with FIN, not with a reset. */
  readonly linger?: boolean;
  readonly comment?: string;
}

export interface SendRule {
  readonly kind: 'send';
  readonly bytes: Uint8Array;
  /** How it is written; by default as text where it reads as such. */
  readonly as?: 'text' | 'binary';
  readonly secrets?: readonly Secret[];
  readonly comment?: string;
}

export interface ExpectRule {
  readonly kind: 'expect';
  readonly match: 'string' | 'binary' | 'rstring' | 'rbinary';
  /** What is looked for: text or bytes (a character a byte), or the source of a regular expression. */
  readonly pattern: string;
  readonly minReceived: number | undefined;
  /** `expect !`: the rule holds where the pattern does not match. */
  readonly inverse: boolean;
  /** The fewest bytes that can match. */
  readonly shortest?: number;
  readonly comment?: string;
}

/** The rules that the steps of a check become: patterns as regular expressions from the first byte on. */
export const rulesOf = (steps: readonly Step[]): TcpRule[] => steps.map(ruleOf);

function ruleOf(step: Step): TcpRule {
  switch (step.kind) {
    case 'connect':
      return { kind: 'connect', linger: true, comment: step.comment };
    case 'send':
      return { kind: 'send', bytes: step.bytes, secrets: step.secrets, comment: step.comment };
    case 'expect':
      return anchoredExpect(step);
  }
}

/** Hex says every pattern; text reads better where it can say it. */
function anchoredExpect({ pattern, text, minReceived, unwanted, comment }: ExpectStep): ExpectRule {
  const regex = text ? textRegex(pattern) : undefined;
  const match = regex === undefined ? 'rbinary' : 'rstring';
  const shortest = minLength(pattern);
  return {
    kind: 'expect',
    match,
    pattern: `^${regex ?? hexRegex(pattern)}`,
    minReceived,
    inverse: unwanted,
    shortest,
    comment,
  };
}

/** The lengths of what the rules send. */
export const sendLengths = (rules: readonly TcpRule[]): number[] =>
  rules.flatMap((rule) => (rule.kind === 'send' ? [rule.bytes.length] : []));
