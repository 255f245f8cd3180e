import { BANNER_LABELS, bannerTitle, endOf, MYSQL_MIDDLE_LENGTH, type TextShape } from '../protocol/banner/codes.ts';
import type { Assertion } from './assert.ts';
import type { Observation } from './observe.ts';
import { any, lines, literalText, oneOf, type Pattern } from './pattern.ts';

type Greeting = Extract<Observation, { kind: 'banner' }>;

/** How like greetings are asserted: what stays the same decides, and the greeting has to come to its end. */
export function greetingAssertion(samples: readonly Greeting[]): Assertion {
  const [{ protocol, opening, refused }] = samples as [Greeting, ...Greeting[]];
  const title = refused ? `${BANNER_LABELS[protocol]} refusal` : bannerTitle(protocol, opening);
  const openings = samples.map((sample): Pattern => [literalText(sample.opening)]);
  const patterns =
    protocol === 'mysql' ? mysqlPatterns(samples) : textPatterns(oneOf(openings), refused ? 'line' : endOf(protocol));
  const { outcome, whole } = patterns;
  return {
    outcome: { pattern: outcome, comment: title },
    whole: whole && { pattern: whole, comment: `${title}, to its end` },
    text: protocol !== 'mysql',
    prefix: prefixOf(samples),
    untilEnd: true,
  };
}

/** The bytes that all openings begin with; of MySQL those behind the length. */
function prefixOf(samples: readonly Greeting[]): Uint8Array {
  const [first, ...others] = samples.map(({ opening }) => opening) as [string, ...string[]];
  let length = first.length;
  while (!others.every((other) => other.startsWith(first.slice(0, length)))) length--;
  return Buffer.from(first.slice(0, length), 'latin1');
}

interface Patterns {
  readonly outcome: Pattern;
  readonly whole: Pattern | undefined;
}

function textPatterns(opening: Pattern, end: TextShape['end']): Patterns {
  const [hyphen, space] = [literalText('-'), literalText(' ')];
  switch (end) {
    case 'line':
      return { outcome: opening, whole: [...opening, lines(1)] };
    case 'reply': {
      const last = oneOf([[hyphen, lines('any'), ...opening, space], [space]]);
      return { outcome: [...opening, ...oneOf([[hyphen], [space]])], whole: [...opening, ...last, lines(1)] };
    }
    case 'capabilities':
      return { outcome: opening, whole: [...opening, lines('any'), literalText('OK'), lines(1)] };
  }
}

/** Behind the payload's length, which goes with the server's version, its number and the kind of packet. */
function mysqlPatterns(samples: readonly Greeting[]): Patterns {
  const outcome: Pattern = [any(3), ...oneOf(samples.map(({ opening }) => [literalText(opening)]))];
  if (samples.some(({ refused }) => refused)) return { outcome, whole: undefined };
  const string = { kind: 'string' } as const;
  const end = samples.every(({ namesMethod }) => namesMethod) ? [any(MYSQL_MIDDLE_LENGTH), string] : [any(1)];
  return { outcome, whole: [...outcome, string, ...end] };
}
