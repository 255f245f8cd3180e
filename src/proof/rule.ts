import { hexRegex, textRegex } from '../check/pattern.ts';
import type { Step } from '../check/step.ts';

/** A tcp-check rule as HAProxy evaluates it, written by us or by anyone. */
export type TcpRule = { readonly kind: 'connect' } | { readonly kind: 'send'; readonly bytes: Uint8Array } | ExpectRule;

export interface ExpectRule {
  readonly kind: 'expect';
  readonly match: 'string' | 'binary' | 'rstring' | 'rbinary';
  /** What is looked for: text or bytes (a character a byte), or the source of a regular expression. */
  readonly pattern: string;
  readonly minReceived: number | undefined;
  /** `expect !`: the rule holds where the pattern does not match. */
  readonly inverse: boolean;
}

/** The rules that the steps of a check become. */
export function rulesOf(steps: readonly Step[]): TcpRule[] {
  return steps.map(ruleOf);
}

function ruleOf(step: Step): TcpRule {
  switch (step.kind) {
    case 'connect':
      return { kind: 'connect' };
    case 'send':
      return { kind: 'send', bytes: step.bytes };
    case 'expect': {
      const text = step.text ? textRegex(step.pattern) : undefined;
      const pattern = `^${text ?? hexRegex(step.pattern)}`;
      const match = text === undefined ? 'rbinary' : 'rstring';
      return { kind: 'expect', match, pattern, minReceived: step.minReceived, inverse: false };
    }
  }
}
