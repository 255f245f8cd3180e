import type { Observation } from '../check/observe.ts';
import type { Alternative } from './alternative.ts';

type Reply = Extract<Observation, { kind: 'Redis reply' }>;

const text = (words: string): Uint8Array => Buffer.from(words, 'latin1');

/** Errors that Redis gives in place of any reply. */
const ERRORS: readonly string[] = [
  'NOAUTH Authentication required.',
  'WRONGPASS invalid username-password pair or user is disabled.',
  'ERR max number of clients reached',
  'LOADING Redis is loading the dataset in memory',
  'MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.',
  'DENIED Redis is running in protected mode',
];

/** Errors, replies of other kinds, and what is none. Errors hold the words that a careless check looks for. */
export function brokenRedisReplies({ type, text: words }: Reply): Alternative[] {
  const wanted = `${type}${words}\r\n`;
  const others = ['+QUEUED\r\n', ':0\r\n', '$-1\r\n', '*-1\r\n', '_\r\n', '*0\r\n', '$0\r\n\r\n'];
  return [
    ...ERRORS.map((error) => ({
      name: `error ${error.split(' ', 1)[0]}`,
      bytes: text(`-${error} ${wanted}${wanted}`),
    })),
    { name: 'an error in a counted string', bytes: text('!21\r\nSYNTAX invalid syntax\r\n') },
    ...others
      .filter((other) => other !== wanted && !sameKind(type, words, other))
      .map((other) => ({ name: `another reply ${JSON.stringify(other)}`, bytes: text(other) })),
    { name: 'HTTP text', bytes: text(`HTTP/1.1 400 Bad Request\r\n\r\n${wanted}`) },
    { name: 'a greeting of SSH', bytes: text('SSH-2.0-OpenSSH_9.2p1\r\n') },
    { name: 'a TLS alert', bytes: Uint8Array.of(21, 3, 1, 0, 2, 2, 80, 10, 10, 10, 10, 10) },
    ...(isValue(type, words)
      ? []
      : [{ name: 'a reply that is cut', bytes: text(wanted.slice(0, -1)), undecided: true }]),
  ];
}

/** A value of a kind is as good as another. */
const sameKind = (type: string, words: string, other: string): boolean =>
  isValue(type, words) && other.startsWith(type) && !other.startsWith(`${type}-1`);

const isValue = (type: string, words: string): boolean => !'+_#-!'.includes(type) && words !== '-1';

/** Other values of the same kind, lists with as many lines; a status has none. */
export function healthyRedisReplies({ type, text: words, lines }: Reply): Alternative[] {
  if (!isValue(type, words)) return [];
  const values: Readonly<Record<string, readonly string[]>> = {
    ':': [':0\r\n', ':-1\r\n', ':9007199254740993\r\n'],
    $: ['$0\r\n\r\n', '$1\r\nx\r\n', `$2000\r\n${'x\r\n\0'.repeat(500)}\r\n`],
    '=': ['=7\r\ntxt:abc\r\n'],
    ',': [',3.14\r\n', ',-inf\r\n'],
    '(': ['(3492890328409238509324850943850943825024385\r\n'],
  };
  const count = (lines - 1) / (type === '%' ? 2 : 1);
  const list = Number.isInteger(count) ? [`${type}${count}\r\n${':7\r\n'.repeat(lines - 1)}`] : [];
  return (values[type] ?? list).map((value) => ({ name: JSON.stringify(value.slice(0, 16)), bytes: text(value) }));
}

/** How many bytes tell a reply from an error and from nothing. */
export function decisiveRedisLength({ type, text: words }: Reply): number {
  if (type === '!') return 1;
  if (type === '-') return 1 + (words.split(' ', 1)[0] as string).length;
  if (!isValue(type, words)) return words.length + 3;
  return ':,('.includes(type) ? 1 : 2;
}
