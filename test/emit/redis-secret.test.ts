import { expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import { secretsOf } from '../../src/check/secret.ts';
import { sendFormat, Variables } from '../../src/emit/haproxy/variables.ts';
import { decodeCommand } from '../../src/protocol/redis/message.ts';

/** The words of the send that takes its secrets from the environment. */
function formatOf(command: string): string {
  const bytes = Buffer.from(command, 'latin1');
  return sendFormat(bytes, secretsOf(decodeCommand(new ByteReader(bytes)), bytes, 0), true, new Variables());
}

test.each([
  [
    'an array counts its password anew',
    '*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n',
    'send-lf *2\\r\\n$4\\r\\nAUTH\\r\\n$%[env(ORIGIN_PASSWORD),length]\\r\\n%[env(ORIGIN_PASSWORD)]\\r\\n',
  ],
  [
    'and its name',
    '*3\r\n$4\r\nAUTH\r\n$3\r\nlab\r\n$6\r\ns3cret\r\n',
    'send-lf *3\\r\\n$4\\r\\nAUTH\\r\\n$%[env(ORIGIN_USER),length]\\r\\n%[env(ORIGIN_USER)]\\r\\n$%[env(ORIGIN_PASSWORD),length]\\r\\n%[env(ORIGIN_PASSWORD)]\\r\\n',
  ],
  [
    'a line counts nothing',
    'AUTH lab s3cret\r\n',
    'send-lf AUTH\\ %[env(ORIGIN_USER)]\\ %[env(ORIGIN_PASSWORD)]\\r\\n',
  ],
])('%s', (_name, command, words) => expect(formatOf(command)).toBe(words));
