import { toHex } from '../../bytes/hex.ts';
import type { Check } from '../../check/check.ts';
import { hexRegex, minLength, textRegex } from '../../check/pattern.ts';
import type { ExpectStep, SendStep, Step } from '../../check/step.ts';
import { bareRegex, bareWord, quotedComment } from './quote.ts';

/** A payload has to be smaller than tune.bufsize, 16384 by default; `haproxy -c` does not see that it is not (2.6, 3.4). */
const MAX_SEND_LENGTH = 16_383;
/** An rbinary regex sees this many bytes of the buffer (2.6, 3.4). */
const MAX_HEX_MATCH_LENGTH = 8191;
const MAX_TEXT_MATCH_LENGTH = 16_383;

/** A check that HAProxy cannot run, and why. */
export class HaproxyLimitError extends Error {
  override readonly name = 'HaproxyLimitError';
}

/** The rules of a check, a line each, `option tcp-check` first. Throws HaproxyLimitError where a limit of HAProxy is in the way. */
export function haproxyRules({ steps }: Check): string[] {
  return ['option tcp-check', ...steps.map((step, at) => rule(step, at + 1))];
}

function rule(step: Step, number: number): string {
  const comment = `comment ${quotedComment(step.comment)}`;
  switch (step.kind) {
    // linger: without it HAProxy ends each check with a reset, which fills the proxies' logs (2.6, 3.4).
    case 'connect':
      return `tcp-check connect linger ${comment}`;
    case 'send':
      return `tcp-check ${sendRule(step, number)} ${comment}`;
    case 'expect':
      return `tcp-check expect ${expectRule(step, number)} ${comment}`;
  }
}

function sendRule({ bytes }: SendStep, number: number): string {
  if (bytes.length > MAX_SEND_LENGTH) {
    throw new HaproxyLimitError(
      `step ${number} would send ${bytes.length} bytes, and HAProxy sends at most ${MAX_SEND_LENGTH} (tune.bufsize); ask for less, or record a smaller request`,
    );
  }
  return isText(bytes) ? `send ${bareWord(bytes)}` : `send-binary ${toHex(bytes)}`;
}

function expectRule({ pattern, text, minReceived }: ExpectStep, number: number): string {
  const regex = text ? textRegex(pattern) : undefined;
  const limit = regex === undefined ? MAX_HEX_MATCH_LENGTH : MAX_TEXT_MATCH_LENGTH;
  if (minLength(pattern) > limit) {
    throw new HaproxyLimitError(
      `step ${number} would match ${minLength(pattern)} bytes, and HAProxy matches at most ${limit}`,
    );
  }
  const wait = minReceived === undefined ? '' : `min-recv ${minReceived} `;
  // The subject of rbinary is upper-case hex and the match is case-sensitive (2.6, 3.4).
  return regex === undefined ? `${wait}rbinary ^${hexRegex(pattern)}` : `${wait}rstring ^${bareRegex(regex)}`;
}

/** Text reads better as such: no control characters but tabs and line ends, and at least half of it printable. */
function isText(bytes: Uint8Array): boolean {
  let printable = 0;
  for (const byte of bytes) {
    if (byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f)) printable++;
    else if (byte < 0x20 || byte === 0x7f) return false;
  }
  return bytes.length > 0 && 2 * printable >= bytes.length;
}
