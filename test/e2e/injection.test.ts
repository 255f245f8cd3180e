import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Step } from '../../src/check/step.ts';
import { lexLine } from '../../src/emit/haproxy/lex.ts';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { rulesOf } from '../../src/proof/rule.ts';
import { type Script, scriptOfRules } from '../../src/proof/script.ts';
import { startHaproxy } from '../../src/replay/haproxy.ts';
import { describeWith } from '../support/tools.ts';

/** A script of nothing but these steps. */
const scriptFor = (...steps: readonly Step[]): Script =>
  scriptOfRules(rulesOf([{ kind: 'connect', comment: 'tcp' }, ...steps]));

const HOSTILE = [
  '"$HOME ${PATH} %[env(PATH)] %% \\',
  '\' " # not a comment',
  'a\r\nb\ttab \\n \\x41 \\q \\ ',
  '\ntcp-check expect string pwned\n',
  '    server evil 192.0.2.1:80\n',
  '[x] ; | & < > ( ) * ? ~ ` ! @ ^ { } = + , : /',
  'comment "x"',
  '\x7f\x80\xa0\xff end',
  'é\u202e\u2028 bidi',
];

const payloads = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc.string({ minLength: 1, maxLength: 200 }).map((text) => Uint8Array.from(Buffer.from(text, 'utf8'))),
  fc.constantFrom(...HOSTILE).map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))),
);
const comments = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE));

/** The words that a rule has to have: no more, no fewer, whatever is in the payload and the comment. */
function wordsOf(script: readonly string[]): string[][] {
  return script.map((line) => {
    expect(line).not.toMatch(/[\r\n\0]/);
    const { words, variables } = lexLine(line);
    expect(variables, line).toEqual([]);
    return [...words];
  });
}

test('any payload and any comment are one word each, and nothing else', () => {
  fc.assert(
    fc.property(payloads, comments, (bytes, comment) => {
      const [option, connect, send] = wordsOf(haproxyRules(scriptFor({ kind: 'send', bytes, secrets: [], comment })));
      expect(option).toEqual(['option', 'tcp-check']);
      expect(connect).toEqual(['tcp-check', 'connect', 'linger', 'comment', 'tcp']);
      expect(send).toHaveLength(5);
      const [, keyword, payload = '', commentKeyword] = send as string[];
      const sent = keyword === 'send' ? Buffer.from(payload, 'latin1') : Buffer.from(payload, 'hex');
      expect(['send', 'send-binary']).toContain(keyword);
      expect(Buffer.compare(sent, bytes)).toBe(0);
      expect(commentKeyword).toBe('comment');
    }),
    { numRuns: 2000 },
  );
});

test('a word of 16 KiB is one word', () => {
  const bytes = Buffer.from(HOSTILE.slice(0, 7).join(' ').repeat(200).slice(0, 16_383), 'latin1');
  const [, , send] = wordsOf(haproxyRules(scriptFor({ kind: 'send', bytes, secrets: [], comment: 'x' })));
  expect(bytes).toHaveLength(16_383);
  expect(send?.slice(1, 3)).toEqual(['send', bytes.toString('latin1')]);
});

describeWith(['haproxy'], 'a real HAProxy sends exactly the bytes', () => {
  const samples = [
    ...HOSTILE.map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))),
    ...fc.sample(payloads, { numRuns: 150, seed: 7 }),
    Uint8Array.from({ length: 255 }, (_, at) => at + 1),
    Uint8Array.from({ length: 256 }, (_, at) => at),
  ];
  const received = samples.map(() => Buffer.alloc(0) as Buffer);
  const servers = samples.map((sample, at) =>
    createServer((socket) => {
      let bytes = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        received[at] = bytes;
        if (bytes.length >= sample.length) socket.end('k');
      });
    }),
  );

  beforeAll(async () => {
    const ports = await Promise.all(
      servers.map(
        (server) =>
          new Promise<number>((resolve) =>
            server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
          ),
      ),
    );
    const trials = samples.map((bytes, at) => {
      const rules = haproxyRules(
        scriptFor({ kind: 'send', bytes, secrets: [], comment: HOSTILE[at % HOSTILE.length] ?? '' }),
      );
      return { rules: [...rules, 'tcp-check expect string k'], address: '127.0.0.1', port: ports[at] ?? 0 };
    });
    const haproxy = await startHaproxy(trials, { binary: 'haproxy', timeout: 3000 });
    await haproxy.verdicts();
    await haproxy.stop();
  }, 60_000);

  afterAll(() => {
    for (const server of servers) server.close();
  });

  test.each(samples.map((bytes, at) => ({ name: Buffer.from(bytes.subarray(0, 12)).toString('hex'), at })))(
    'payload $at, $name…',
    ({ at }) => expect(received[at]?.toString('hex')).toBe(Buffer.from(samples[at] as Uint8Array).toString('hex')),
  );
});
