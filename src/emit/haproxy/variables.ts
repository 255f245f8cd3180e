import { toHex } from '../../bytes/hex.ts';
import type { Secret } from '../../check/secret.ts';
import type { HeaderSecret } from '../../proof/http-rule.ts';
import { bareWord } from './quote.ts';

/** What a secret is called in the environment, unless the user says otherwise: for its user, if it has one, and for itself. */
const NAMES: Readonly<Record<string, { readonly user?: string; readonly secret: string }>> = {
  uname: { secret: 'PROXY_USER' },
  passwd: { secret: 'PROXY_PASSWORD' },
  userid: { secret: 'PROXY_USER' },
  'proxy-authorization': { user: 'PROXY_USER', secret: 'PROXY_PASSWORD' },
  authorization: { user: 'ORIGIN_USER', secret: 'ORIGIN_PASSWORD' },
  cookie: { secret: 'COOKIE' },
  userinfo: { secret: 'ORIGIN_USERINFO' },
  username: { secret: 'ORIGIN_USER' },
  password: { secret: 'ORIGIN_PASSWORD' },
};

/** A variable of a check, set from the environment. */
interface Scoped {
  readonly scoped: string;
  readonly name: string;
}

/** The environment variables that a script takes its secrets from. One name stands for one value. */
export class Variables {
  readonly #renamed: ReadonlyMap<string, string>;
  readonly #values = new Map<string, string>();
  #unguarded: string[] = [];
  #scoped: Scoped[] = [];

  /** `renamed`: names of the user's own for those that are used otherwise. */
  constructor(renamed: ReadonlyMap<string, string> = new Map()) {
    this.#renamed = renamed;
  }

  /** All names, in order of use. */
  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** What stands under a name in the capture, a character a byte. */
  valueOf(name: string): string {
    return this.#values.get(name) ?? '';
  }

  /** The name for a value; a second value for the same name gets a number. */
  nameFor(wanted: string, value: string): string {
    for (let count = 1; ; count++) {
      const plain = count === 1 ? wanted : `${wanted}_${count}`;
      const name = this.#renamed.get(plain) ?? plain;
      const known = this.#values.get(name);
      if (known === undefined) {
        this.#values.set(name, value);
        this.#unguarded.push(name);
      }
      if (known === undefined || known === value) return name;
    }
  }

  /** The variable of the check that holds what the environment has under a name. */
  scopedFor(name: string): string {
    const scoped = `check.${name}`;
    if (!this.#scoped.some((each) => each.scoped === scoped)) this.#scoped.push({ scoped, name });
    return scoped;
  }

  /** The check's variables since the last call. */
  takeScoped(): readonly Scoped[] {
    const taken = this.#scoped;
    this.#scoped = [];
    return taken;
  }

  /** The names that came up since the last call: HAProxy has to be stopped where one of them is missing. */
  takeUnguarded(): readonly string[] {
    const taken = this.#unguarded;
    this.#unguarded = [];
    return taken;
  }
}

/**
 * A payload whose secrets HAProxy takes from the environment when it checks: the words of `send-lf` or `send-binary-lf` (2.2). What counts a
 * secret's octets is computed; Basic credentials are put together and encoded (RFC 7617 §2).
 */
export function sendFormat(bytes: Uint8Array, secrets: readonly Secret[], text: boolean, variables: Variables): string {
  const asText = text && secrets.every(({ form }) => form !== 'counted');
  const literal = (from: number, to: number): string => {
    const piece = bytes.subarray(from, to);
    if (piece.length === 0) return '';
    return asText ? formatWord(piece) : toHex(piece);
  };
  let format = '';
  let position = 0;
  for (const { name, form, start, length } of [...secrets].sort((a, b) => a.start - b.start)) {
    const counted = asText && form === 'counted in a line' ? `${length}\r\n`.length : 0;
    format += literal(position, form === 'counted' ? start - 1 : start - counted);
    const value = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
    const sample = expressionFor(name, form === 'basic' ? 'basic' : 'plain', value, variables);
    // The octet that counts: the last of the four that htonl makes of the length.
    if (form === 'counted') format += `%[${sample},length,htonl,bytes(3,1),hex]`;
    if (counted > 0) format += `%[${sample},length]${literal(start - 2, start)}`;
    format += asText ? `%[${sample}]` : `%[${sample},hex]`;
    position = start + length;
  }
  return `${asText ? 'send-lf' : 'send-binary-lf'} ${format}${literal(position, bytes.length)}`;
}

/** The value of a header of `http-check send`, which is a format: a word of HAProxy's. */
export function headerFormat(
  name: string,
  value: string,
  secret: HeaderSecret | undefined,
  variables: Variables | undefined,
): string {
  if (secret === undefined || variables === undefined) return formatWord(Buffer.from(value, 'latin1'));
  const [, scheme = '', rest = value] = /^((?:basic|bearer) +)?(.*)$/is.exec(value) ?? [];
  const sample = expressionFor(name, secret.form, rest, variables);
  return `${scheme === '' ? '' : formatWord(Buffer.from(scheme, 'latin1'))}%[${sample}]`;
}

/** A word in which HAProxy expands nothing: a percent sign is doubled. */
const formatWord = (bytes: Uint8Array): string => bareWord(bytes).replaceAll('%', '%%');

/** The sample expression that gives a secret. */
function expressionFor(field: string, form: HeaderSecret['form'], value: string, variables: Variables): string {
  const key = field.toLowerCase();
  const names = NAMES[key] ?? { secret: key.toUpperCase().replace(/[^A-Z0-9]/g, '_') };
  const [, user, password] =
    (form === 'basic' && /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString('latin1'))) || [];
  if (user === undefined || password === undefined)
    return `env(${variables.nameFor(names.user === undefined ? names.secret : names.secret.replace('PASSWORD', 'TOKEN'), value)})`;
  const userName = variables.nameFor(names.user ?? `${names.secret}_USER`, user);
  const scoped = variables.scopedFor(variables.nameFor(names.secret, password));
  return `env(${userName}),concat(:,${scoped}),base64`;
}
