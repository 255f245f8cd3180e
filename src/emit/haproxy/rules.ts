import { toHex } from '../../bytes/hex.ts';
import { textRegex } from '../../check/pattern.ts';
import { statusPattern, statusText } from '../../check/status.ts';
import type { HttpCheck } from '../../proof/http-rule.ts';
import type { ExpectRule, SendRule, TcpRule } from '../../proof/rule.ts';
import type { Script } from '../../proof/script.ts';
import { bareRegex, bareWord, isText, quotedComment } from './quote.ts';
import { headerFormat, sendFormat, type Variables } from './variables.ts';

/** A payload has to be smaller than tune.bufsize, 16384 by default; `haproxy -c` does not see that it is not (2.6, 3.4). */
const MAX_SEND_LENGTH = 16_383;
/** An rbinary regex sees this many bytes of the buffer (2.6, 3.4). */
const MAX_HEX_MATCH_LENGTH = 8191;
const MAX_TEXT_MATCH_LENGTH = 16_383;

/** A check that HAProxy cannot run, and why. */
export class HaproxyLimitError extends Error {
  override readonly name = 'HaproxyLimitError';
}

/** How rules are written. */
export interface RuleStyle {
  readonly comments: boolean;
  /** Write the request of an http-check into `option httpchk`, as before 2.2. */
  readonly old: boolean;
  /** Where secrets are to come from the environment; undefined: they are written out. */
  readonly variables: Variables | undefined;
}

const PLAIN_STYLE: RuleStyle = { comments: true, old: false, variables: undefined };

/** A line of a script, and what it holds that is secret. */
export interface Line {
  readonly text: string;
  readonly secrets?: readonly string[];
}

/** The rules of a script as text, the option that turns them on first. */
export const haproxyRules = (script: Script, style: RuleStyle = PLAIN_STYLE): string[] =>
  ruleLines(script, style).map(({ text }) => text);

/** The rules of a script, a line each, the option that turns them on first. Throws HaproxyLimitError where a limit of HAProxy is in the way. */
export function ruleLines(script: Script, style: RuleStyle): Line[] {
  switch (script.kind) {
    case 'tcp-check': {
      const rules = script.rules.map((rule, at) => tcpLine(rule, at + 1, style));
      return [{ text: 'option tcp-check' }, ...setVariables('tcp-check', style), ...rules]; // which name the variables
    }
    case 'http-check':
      return style.old ? oldHttpLines(script.http) : httpLines(script.http, style);
  }
}

/** Parts of credentials are put together from variables of the check's own. */
const setVariables = (checker: Script['kind'], { variables }: RuleStyle): Line[] =>
  (variables?.takeScoped() ?? []).map(({ scoped, name }) => ({ text: `${checker} set-var(${scoped}) env(${name})` }));

const commentOf = (comment: string | undefined, { comments }: RuleStyle): string =>
  comments && comment !== undefined ? ` comment ${quotedComment(comment)}` : '';

function tcpLine(rule: TcpRule, number: number, style: RuleStyle): Line {
  const comment = commentOf(rule.comment, style);
  switch (rule.kind) {
    // linger: without it HAProxy ends each check with a reset, which fills the proxies' logs (2.6, 3.4).
    case 'connect':
      return { text: `tcp-check connect${rule.linger ? ' linger' : ''}${comment}` };
    case 'send':
      return sendLine(rule, number, style, comment);
    case 'expect':
      return { text: `tcp-check expect ${expectWords(rule, number)}${comment}` };
  }
}

function sendLine(rule: SendRule, number: number, { variables }: RuleStyle, comment: string): Line {
  const { bytes, secrets = [] } = rule;
  if (bytes.length > MAX_SEND_LENGTH) {
    throw new HaproxyLimitError(
      `step ${number} would send ${bytes.length} bytes, and HAProxy sends at most ${MAX_SEND_LENGTH} (tune.bufsize); ask for less, or record a smaller request`,
    );
  }
  const text = rule.as === undefined ? isText(bytes) : rule.as === 'text';
  if (secrets.length > 0 && variables !== undefined)
    return { text: `tcp-check ${sendFormat(bytes, secrets, text, variables)}${comment}` };
  return {
    text: `tcp-check ${text ? `send ${bareWord(bytes)}` : `send-binary ${toHex(bytes)}`}${comment}`,
    secrets: [...new Set(secrets.map(({ name }) => name))],
  };
}

function expectWords({ match, pattern, minReceived, inverse, shortest }: ExpectRule, number: number): string {
  const limit = match === 'rbinary' ? MAX_HEX_MATCH_LENGTH : MAX_TEXT_MATCH_LENGTH;
  if (shortest !== undefined && shortest > limit)
    throw new HaproxyLimitError(
      `step ${number} would match ${shortest} bytes, and HAProxy matches at most ${limit}; ask for what is answered in fewer`,
    );
  const words = [...(minReceived === undefined ? [] : [`min-recv ${minReceived}`]), ...(inverse ? ['!'] : []), match];
  const bytes = Buffer.from(pattern, 'latin1');
  switch (match) {
    case 'binary':
      return [...words, toHex(bytes)].join(' ');
    case 'string':
      return [...words, bareWord(bytes)].join(' ');
    // The subject of rbinary is upper-case hex and the match is case-sensitive (2.6, 3.4).
    case 'rbinary':
    case 'rstring':
      return [...words, bareRegex(pattern)].join(' ');
  }
}

function httpLines(check: HttpCheck, style: RuleStyle): Line[] {
  const { send, comments } = check;
  const headers = send.headers.map(([name, value]) => {
    const secret = check.secrets?.find((each) => each.name.toLowerCase() === name.toLowerCase());
    return `hdr ${name} ${headerFormat(name, value, secret, style.variables)}`;
  });
  const words = [
    `meth ${send.method}`,
    `uri ${bareWord(Buffer.from(send.uri, 'latin1'))}`,
    `ver ${send.version}`,
    ...headers,
  ];
  const names = (check.secrets ?? []).map(({ name }) => name);
  const secrets = style.variables === undefined ? [...new Set(names)] : [];
  return [
    { text: 'option httpchk' },
    ...setVariables('http-check', style), // which the headers name
    { text: `http-check connect linger${commentOf('tcp', style)}` },
    { text: `http-check send ${words.join(' ')}${commentOf(comments?.send, style)}`, secrets },
    ...check.expect.map((expect) => ({
      text: `http-check expect ${httpExpect(expect)}${commentOf(comments?.expect, style)}`,
    })),
  ];
}

function httpExpect(expect: HttpCheck['expect'][number]): string {
  const not = expect.inverse ? '! ' : '';
  switch (expect.match) {
    case 'status':
      return `${not}status ${statusText(expect.ranges)}`;
    case 'string':
      return `${not}string ${bareWord(Buffer.from(expect.pattern, 'latin1'))}`;
    case 'rstatus':
    case 'rstring':
      return `${not}${expect.match} ${bareRegex(expect.pattern)}`;
  }
}

/** Before 2.2 headers are hidden behind the version, and an expect knows no list of statuses but as a regular expression. */
function oldHttpLines({ send, expect, secrets = [] }: HttpCheck): Line[] {
  const { method, uri, version, headers } = send;
  const hidden = headers.map(([name, value]) => `\r\n${name}: ${value}`).join('');
  const request = `${method} ${bareWord(Buffer.from(uri, 'latin1'))} ${version}${hidden === '' ? '' : bareWord(Buffer.from(hidden, 'latin1'))}`;
  const expects = expect.map((each) => {
    const [only, ...more] = each.match === 'status' ? each.ranges : [];
    if (each.match !== 'status') return httpExpect(each);
    return only !== undefined && more.length === 0 && only[0] === only[1]
      ? `status ${only[0]}`
      : `rstatus ^${textRegex(statusPattern(each.ranges))}$`;
  });
  return [
    { text: `option httpchk ${request}`, secrets: secrets.map(({ name }) => name) },
    ...expects.map((text) => ({ text: `http-check expect ${text}` })),
  ];
}
