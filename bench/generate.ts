import { closeSync, openSync, writeSync } from 'node:fs';
import { framesOf, hex, pcapFile, Talk, type WireFrame } from '../test/support/wire.ts';

const REQUEST =
  'GET /generate_204 HTTP/1.1\r\nHost: client3.google.com\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\nDate: Sun, 22 Nov 2026 10:18:04 GMT\r\nConnection: keep-alive\r\n\r\n';

/** How many conversations are under way at a time. */
const AT_ONCE = 64;

/** Writes a capture of check-like SOCKS5 conversations, 14 frames each, until it has `size` bytes. The same size gives the same file. */
export function generateShort(path: string, size: number): void {
  const file = openSync(path, 'w');
  const write = (frames: readonly WireFrame[]) => {
    const records = pcapFile(frames).subarray(24);
    return writeSync(file, records);
  };
  let written = writeSync(file, pcapFile([]));
  for (let round = 0; written < size; round++) {
    const talks = Array.from({ length: AT_ONCE }, (_, at) => framesOf(conversation(round * AT_ONCE + at)));
    for (let frame = 0; frame < (talks[0]?.length ?? 0) && written < size; frame++) {
      written += write(talks.map((talk) => talk[frame] as WireFrame));
    }
  }
  closeSync(file);
}

function conversation(number: number) {
  const client = `10.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}:${32768 + (number % 28000)}`;
  const bound = Buffer.concat([hex('05000001c6336401'), Buffer.from([(number >> 8) & 255, number & 255])]);
  return new Talk({ client, clientIsn: (number * 7919) >>> 0, serverIsn: (number * 104729) >>> 0 })
    .handshake()
    .segment('client', { payload: hex('05020001') })
    .segment('server', { payload: hex('0500') })
    .segment('client', { payload: hex('0501000312636c69656e74332e676f6f676c652e636f6d0050') })
    .segment('server', { payload: bound })
    .segment('client', { payload: Buffer.from(REQUEST) })
    .segment('server', { payload: Buffer.from(ANSWER) })
    .segment('client')
    .segment('client', { flags: 17 })
    .segment('server')
    .segment('server', { flags: 17 })
    .segment('client').segments;
}
