import type { Field } from '../bytes/reader.ts';
import type { Message } from '../dialogue/layer.ts';

/** A stretch of what is sent that has to stay secret. */
export interface Secret {
  /** The field that holds it, by its name in the RFC: `PASSWD`, `Proxy-Authorization`. */
  readonly name: string;
  /**
   * How it is written there: as it is, behind an octet that counts it, behind a line that counts it in digits (Redis), or as Basic
   * credentials (RFC 7617 §2).
   */
  readonly form: 'plain' | 'counted' | 'counted in a line' | 'basic';
  /** Offset in what is sent, and length in bytes. */
  readonly start: number;
  readonly length: number;
}

/** The secrets of a message; `bytes` is the stream that its fields lie in, offsets are counted from `base`. */
export function secretsOf(message: Message, bytes: Uint8Array, base: number): Secret[] {
  return message.fields
    .filter(({ role }) => role === 'secret')
    .map((field) => ({ name: field.name, ...spanOf(message, field, bytes) }))
    .filter(({ length }) => length > 0)
    .map((secret) => ({ ...secret, start: secret.start - base }));
}

/** An array of counted strings begins with it. */
const STAR = 0x2a;
const SPACE = 0x20;

/** Of a header line the value alone, of credentials what stands behind the scheme. */
function spanOf(message: Message, field: Field, bytes: Uint8Array): Omit<Secret, 'name'> {
  const { name, start, length } = field;
  if (message.protocol === 'socks5') return { form: 'counted', start, length };
  if (message.protocol === 'redis' && bytes[message.start] === STAR)
    return { form: 'counted in a line', start, length };
  // The space that ends the command's name is none of it.
  if (message.kind === 'command' && bytes[start] === SPACE)
    return { form: 'plain', start: start + 1, length: length - 1 };
  if (message.protocol !== 'http') return { form: 'plain', start, length };
  if (name === 'userinfo') return { form: 'plain', start, length: length - 1 }; // without its @
  const text = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
  // A line that begins with white space goes on with the value (RFC 9112 §5.2).
  const [, label = '', scheme = '', value = text] =
    /^([^ \t:][^:]*:[ \t]*|[ \t]+)((?:basic|bearer) +)?(.*?)[ \t]*\r?\n?$/is.exec(text) ?? [];
  const basic = /^basic/i.test(scheme) && /^[A-Za-z0-9+/]+=*$/.test(value);
  return { form: basic ? 'basic' : 'plain', start: start + label.length + scheme.length, length: value.length };
}
