import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/check/check.ts';
import { any, literal, literalText, type Pattern } from '../../src/check/pattern.ts';
import type { Step } from '../../src/check/step.ts';
import { HaproxyLimitError, haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { rulesOf } from '../../src/proof/rule.ts';
import { scriptOfRules } from '../../src/proof/script.ts';
import { checksOf, tcpScriptOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const [base] = checksOf([
  new Talk().handshake().client('GET / HTTP/1.1\r\n\r\n').server('HTTP/1.1 204 No Content\r\n\r\n'),
]) as [Check];
const rule = (step: Step): string => haproxyRules(scriptOfRules(rulesOf([step])))[1] as string;
const send = (bytes: Uint8Array) => rule({ kind: 'send', bytes, secrets: [], comment: 'c' });
const expects = (pattern: Pattern, text: boolean, minReceived?: number) =>
  rule({ kind: 'expect', pattern, text, minReceived, unwanted: false, comment: 'c' });

test('the rules begin with the option without which HAProxy ignores them', () => {
  expect(haproxyRules(tcpScriptOf(base))[0]).toBe('option tcp-check');
  expect(rule({ kind: 'connect', comment: 'tcp' })).toBe('tcp-check connect linger comment "tcp"');
});

describe('what is sent is written as text where it reads as such', () => {
  test.each<[name: string, bytes: Uint8Array, written: string]>([
    ['text', Buffer.from('PING\r\n'), 'send PING\\r\\n'],
    ['text with tabs and blanks', Buffer.from('a\tb c'), 'send a\\tb\\ c'],
    ['UTF-8', Buffer.from('GET /caf\u00e9'), 'send GET\\ /caf\\xc3\\xa9'],
    ['text with NUL, which would end it', hex('50494e4700'), 'send-binary 50494e4700'],
    ['text with another control character', hex('1b5b41'), 'send-binary 1b5b41'],
    ['text with DEL', hex('41427f'), 'send-binary 41427f'],
    ['bytes of which most are not ASCII', hex('41ffff'), 'send-binary 41ffff'],
    ['bytes', hex('050100'), 'send-binary 050100'],
  ])('%s', (_name, bytes, written) => expect(send(bytes)).toBe(`tcp-check ${written} comment "c"`));
});

describe('what is expected is anchored, in hex or as text', () => {
  test.each<[name: string, written: string, rule: string]>([
    ['in hex, final once two bytes are in', expects([literal(5, 0xff)], false, 2), 'min-recv 2 rbinary ^05FF'],
    ['in hex, waited for', expects([literal(5), any(1)], false), 'rbinary ^05..'],
    ['as text', expects([literalText('HTTP/1.1 204')], true, 12), 'min-recv 12 rstring ^HTTP/1\\.1\\ 204'],
    ['in hex where text cannot say it', expects([literalText('A'), any(1)], true), 'rbinary ^41..'],
  ])('%s', (_name, written, rule) => expect(written).toBe(`tcp-check expect ${rule} comment "c"`));
});

describe('what HAProxy cannot run is refused with the limit', () => {
  const bytes = (length: number) => new Uint8Array(length).fill(0x61);

  test.each<[name: string, limit: number, emit: (length: number) => string]>([
    ['bytes sent as text', 16_383, (length) => send(bytes(length))],
    ['bytes sent as hex', 16_383, (length) => send(bytes(length).fill(0xff))],
    ['bytes expected in hex', 8191, (length) => expects([{ kind: 'literal', bytes: bytes(length) }], false)],
    ['bytes expected whatever they are', 8191, (length) => expects([literal(1), any(length - 1)], false)],
    ['bytes expected as text', 16_383, (length) => expects([{ kind: 'literal', bytes: bytes(length) }], true)],
  ])('%s: %i', (_name, limit, emit) => {
    expect(emit(limit)).toContain('tcp-check');
    expect(() => emit(limit + 1)).toThrow(HaproxyLimitError);
    expect(() => emit(limit + 1)).toThrow(`step 1 would`);
    expect(() => emit(limit + 1)).toThrow(`${limit + 1} bytes`);
  });
});
