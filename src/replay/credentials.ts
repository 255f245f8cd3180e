import { type Secret, secretsOf } from '../check/secret.ts';
import type { Message } from '../dialogue/layer.ts';
import { isPlaceholder } from '../fixture/redact.ts';
import { type Reaction, says } from '../proof/behavior.ts';

/** What a message logs in with. */
export interface Credential {
  readonly name: string;
  /** Undefined where a placeholder stands for it: then any will do. */
  readonly value: string | undefined;
}

/** What is logged in with; cookies and tokens tell who somebody is, too, but servers go on without them. */
const LOGIN = /^(?:UNAME|PASSWD|proxy-authorization|authorization)$/i;

/** The credentials of a message; `bytes` is the stream that it stands in. */
export const credentialsOf = (message: Message, bytes: Uint8Array): Credential[] =>
  secretsOf(message, bytes, 0)
    .filter(({ name }) => LOGIN.test(name))
    .map((secret) => ({ name: secret.name, value: isPlaceholder(secret, bytes) ? undefined : textAt(secret, bytes) }));

const textAt = ({ start, length }: Secret, bytes: Uint8Array): string =>
  Buffer.from(bytes.subarray(start, start + length)).toString('latin1');

/** How credentials stand to those that were recorded. */
export type Match = 'same' | 'unasked' | 'missing' | 'wrong';

export function matchOf(recorded: readonly Credential[], brought: readonly Credential[]): Match {
  if (recorded.length === 0) return brought.length === 0 ? 'same' : 'unasked';
  const pairs = recorded.map((each) => ({ each, other: brought.find(({ name }) => isSameName(name, each.name)) }));
  if (pairs.some(({ other }) => other === undefined)) return 'missing';
  const isRight = ({ each, other }: (typeof pairs)[number]) => each.value === undefined || each.value === other?.value;
  return pairs.every(isRight) ? 'same' : 'wrong';
}

const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What a server says to such credentials when they are not the right ones (RFC 1929 §2, RFC 9110 §11.7.1, §11.6.1). */
export function refusalFor([first]: readonly Credential[]): Reaction | undefined {
  switch (first?.name.toLowerCase()) {
    case 'uname':
    case 'passwd':
      return says(Buffer.of(1, 1), 'FIN');
    case 'proxy-authorization':
      return says(challenge('407 Proxy Authentication Required', 'Proxy-Authenticate'));
    case 'authorization':
      return says(challenge('401 Unauthorized', 'WWW-Authenticate'));
    default:
      return undefined;
  }
}

const challenge = (status: string, header: string): Buffer =>
  Buffer.from(`HTTP/1.1 ${status}\r\n${header}: Basic realm="recorded"\r\nContent-Length: 0\r\n\r\n`);
