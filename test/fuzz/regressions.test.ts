import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { framesOf, hex, pcapFile, Talk } from '../support/wire.ts';
import { judge } from './judge.ts';
import { Random } from './random.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GRANTED = hex('05 00 00 01 00000000 0000');
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const opened = (request: Buffer): Talk =>
  new Talk().handshake().client(hex('05 01 00')).server(hex('05 00')).client(request).server(GRANTED);
const requestFor = (name: string): Buffer =>
  Buffer.concat([hex('05 01 00 03'), Buffer.of(name.length), Buffer.from(name, 'latin1'), hex('0050')]);
const asking = (target: string): Talk =>
  opened(requestFor('a.test')).client(`GET ${target} HTTP/1.1\r\n\r\n`).server(ANSWER);

/** What mutants have found, made small. */
describe('a capture', () => {
  test.each([
    [
      'whose destination has a C1 control, which JSON would let through',
      opened(requestFor('a\x9b2Jb')).client('GET / HTTP/1.1\r\n\r\n').server(ANSWER),
    ],
    [
      'whose destination has DEL, which JSON would let through',
      opened(requestFor('a\x7fb')).client('GET / HTTP/1.1\r\n\r\n').server(ANSWER),
    ],
    ['whose request has NUL in its target, which is the title of a proof', asking('/a\0b')],
    ['whose request has a terminal sequence in its target', asking('/\x1b]0;a\x07')],
    ['whose tunnel is for a name with a terminal sequence, and says no more', opened(requestFor('\x1b[2J'))],
  ])('%s, gives nothing that harms', async (_, talk) => {
    const path = join(folder, 'capture');
    writeFileSync(path, pcapFile(framesOf(talk.close().segments)));
    for (let choice = 0; choice < 32; choice++) await judge({ path, faithful: false, random: new Random(choice, 0) });
  });
});
