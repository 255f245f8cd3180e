import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import { CaptureFiles } from '../../src/capture/frame.ts';
import { readCaptures } from '../../src/capture/read.ts';
import type { Conversation, Side } from '../../src/conversation/conversation.ts';
import { ConversationTracker } from '../../src/conversation/tracker.ts';
import { turnsOf } from '../../src/conversation/turns.ts';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { hex } from '../support/wire.ts';

/** What the sides of a conversation say by turns. */
export type Script = readonly { readonly side: Side; readonly bytes: Buffer }[];

/** What mutants are made of. */
export interface Seeds {
  /** Captures as they are, and those in gzip also without it. */
  readonly files: readonly Buffer[];
  /** Of the captures, and some that none of them has. */
  readonly recorded: readonly Script[];
  readonly written: readonly Script[];
}

/** Secrets in the seeds, in forms that nothing else in them has. */
export const SECRETS = ['Zk9!vW', 'Yq7!x', 'QWxhJDpPcGVuU2VzIQ==', 'sid=K3y%21c00kie', 'tok=R%24fr3sh', 'P%40ssW0rd'];

/** Passwords of the recorded captures, and what stands in their place. */
const REPLACED = [
  ['secret', 'Zk9!vW'],
  ['wrong', 'Yq7!x'],
] as const;

/** Conversations that no capture under fixtures/ has. */
const WRITTEN: readonly (readonly (string | Buffer)[])[] = [
  [
    'CONNECT client3.google.test:80 HTTP/1.1\r\nProxy-Authorization: Basic QWxhJDpPcGVuU2VzIQ==\r\n\r\n',
    'HTTP/1.1 200 Connection established\r\n\r\n',
    'GET /generate_204 HTTP/1.1\r\nHost: client3.google.test\r\nCookie: sid=K3y%21c00kie\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: tok=R%24fr3sh\r\n\r\n4;x=y\r\nbody\r\n0\r\n\r\n',
  ],
  [
    'GET http://ala:P%40ssW0rd@client3.google.test/ HTTP/1.1\r\nHost: client3.google.test\r\n\r\n',
    'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
    'GET http://client3.google.test/ HTTP/1.1\r\nHost: client3.google.test\r\nProxy-Authorization: Basic QWxhJDpPcGVuU2VzIQ==\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: Sun, 22 Nov 2026 10:18:04 GMT\r\n\r\nhello',
  ],
  [
    'POST /upload HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'data',
    'HTTP/1.0 302 Found\r\nLocation: http://b.test/\r\n\r\nuntil the end',
  ],
  [
    hex('050100'),
    hex('0500'),
    hex('05010003 06 612e74657374 0019'),
    Buffer.concat([hex('05000001 00000000 0000'), Buffer.from('220 a.test ESMTP\r\n')]),
    'QUIT\r\n',
    '221 bye\r\n',
  ],
  [
    hex('050100'),
    hex('0500'),
    hex('05010004 20010db8000000000000000000000001 01bb'),
    hex('05000004 00000000000000000000000000000000 0000'),
    hex('16030100050100000100'),
    hex('160303000402000000'),
  ],
];

/** Reads every capture under a folder. */
export async function loadSeeds(folder: string): Promise<Seeds> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)capture\.[^/]+$/.test(path))
    .sort()
    .map((path) => join(folder, path));
  const files: Buffer[] = [];
  const recorded: Script[] = [];
  const written = WRITTEN.map((turns) =>
    turns.map(
      (bytes, at) => ({ side: at % 2 === 0 ? 'client' : 'server', bytes: Buffer.from(bytes as string) }) as const,
    ),
  );
  for (const path of paths) {
    const file = readFileSync(path);
    files.push(withOtherSecrets(file));
    if (path.endsWith('.gz')) files.push(withOtherSecrets(gunzipSync(file)));
    recorded.push(...(await scriptsIn(path)));
  }
  return { files, recorded, written };
}

function withOtherSecrets(file: Buffer): Buffer {
  let text = file.toString('latin1');
  for (const [old, other] of REPLACED) text = text.replaceAll(old, other);
  return Buffer.from(text, 'latin1');
}

/** What is said in the first conversation of a capture. */
async function scriptsIn(path: string): Promise<Script[]> {
  const conversations: Conversation[] = [];
  const tracker = new ConversationTracker({
    limits: DEFAULT_LIMITS,
    onConversation: (conversation) => conversations.push(conversation),
  });
  const decoder = new PacketDecoder();
  for await (const frames of readCaptures([path], new CaptureFiles(), () => {})) {
    for (const frame of frames) {
      const segment = decoder.decode(frame);
      if (typeof segment !== 'string') tracker.add(segment);
    }
  }
  tracker.finish();
  const first = conversations.find(({ stream }) => stream === 0);
  if (first === undefined) return [];
  const script = turnsOf(first).map(({ side, start, end }) => ({
    side,
    bytes: withOtherSecrets(Buffer.from(first[side].bytes.bytes.subarray(start, end))),
  }));
  return script.length === 0 ? [] : [script];
}
