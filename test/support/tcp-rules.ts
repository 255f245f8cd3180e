import { bareRegex, bareWord } from '../../src/emit/haproxy/quote.ts';
import type { ExpectRule, TcpRule } from '../../src/proof/rule.ts';
import { hex } from './wire.ts';

export const CONNECT: TcpRule = { kind: 'connect' };
export const send = (bytes: string | Uint8Array): TcpRule => ({
  kind: 'send',
  bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
});

type ExpectOptions = { readonly min?: number; readonly not?: boolean };
const expectRule = (match: ExpectRule['match'], pattern: string, { min, not = false }: ExpectOptions): TcpRule => ({
  kind: 'expect',
  match,
  pattern,
  minReceived: min,
  inverse: not,
});
export const binary = (bytes: string, options: ExpectOptions = {}) =>
  expectRule('binary', hex(bytes).toString('latin1'), options);
export const string = (text: string, options: ExpectOptions = {}) => expectRule('string', text, options);
export const rbinary = (regex: string, options: ExpectOptions = {}) => expectRule('rbinary', regex, options);
export const rstring = (regex: string, options: ExpectOptions = {}) => expectRule('rstring', regex, options);

/** Rules as HAProxy's text. */
export function scriptOf(rules: readonly TcpRule[]): string[] {
  return ['option tcp-check', ...rules.map(text)];
}

function text(rule: TcpRule): string {
  switch (rule.kind) {
    case 'connect':
      return 'tcp-check connect';
    case 'send':
      return `tcp-check send-binary ${Buffer.from(rule.bytes).toString('hex')}`;
    case 'expect': {
      const words = ['tcp-check expect'];
      if (rule.minReceived !== undefined) words.push(`min-recv ${rule.minReceived}`);
      if (rule.inverse) words.push('!');
      const pattern = Buffer.from(rule.pattern, 'latin1');
      if (rule.match === 'binary') words.push('binary', pattern.toString('hex'));
      else if (rule.match === 'string') words.push('string', bareWord(pattern));
      else words.push(rule.match, bareRegex(rule.pattern));
      return words.join(' ');
    }
  }
}
