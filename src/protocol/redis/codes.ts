/** First bytes of replies (RESP2 and RESP3, https://redis.io/docs/latest/develop/reference/protocol-spec/). */
const TYPES: Readonly<Record<string, string>> = {
  '+': 'status',
  '-': 'error',
  ':': 'integer',
  $: 'string',
  '*': 'array',
  _: 'null',
  ',': 'double',
  '#': 'boolean',
  '(': 'big number',
  '!': 'error',
  '=': 'verbatim string',
  '%': 'map',
  '~': 'set',
  '>': 'push',
};

/** `integer`; undefined for a byte that begins no reply. */
export const typeName = (type: string): string | undefined => TYPES[type];

/** Behind their length so many bytes follow. */
export const isCounted = (type: string): boolean => type === '$' || type === '=' || type === '!';

/** How many replies lie inside one, for each of the number behind its type. */
export const ELEMENTS: Readonly<Record<string, number>> = { '*': 1, '~': 1, '>': 1, '%': 2 };

/** A refusal stands in place of the reply. */
export const isError = (type: string): boolean => type === '-' || type === '!';

/** Commands that say who asks, and in what manner: what is asked comes behind them. */
export const SETUP: ReadonlySet<string> = new Set(['AUTH', 'HELLO', 'CLIENT', 'COMMAND', 'SELECT', 'READONLY']);

/** Of these those that a check can do without, and whose replies are long or refused where all is well. */
export const NEEDLESS: ReadonlySet<string> = new Set(['CLIENT', 'COMMAND']);

/** Commands that are recognized as a line, as people type them and checks send them; any is as an array. */
export const INLINE =
  /^(PING|AUTH|INFO|ROLE|ECHO|HELLO|SELECT|CLIENT|EXISTS|GET|TTL|TIME|DBSIZE|LASTSAVE|SENTINEL|CLUSTER)(?=[ \r\n])/i;

/** `Redis PONG`, `Redis integer`, `Redis error: NOAUTH Authentication required.` */
export function replyTitle(type: string, text: string): string {
  if (type === '+') return `Redis ${text}`;
  return isError(type) ? `Redis error: ${text}` : `Redis ${typeName(type) ?? 'reply'}`;
}
