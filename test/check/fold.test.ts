import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/check/check.ts';
import { CheckFolder } from '../../src/check/fold.ts';
import type { Sample } from '../../src/check/sample.ts';
import { formatEndpoint } from '../../src/packet/segment.ts';
import { checksOf, samplingOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const get = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: a.b\r\n\r\n`;

/** A good dialogue through SOCKS5; each starts from a port of its own. */
let port = 40_000;
function dialogue({
  server = '10.0.0.2:1080',
  password = 'p',
  destination = 'a.b',
  path = '/',
  answer = ANSWER,
  bound = '01 00000000 06b5',
} = {}): Talk {
  const name = Buffer.from(destination);
  const connect = Buffer.concat([hex('05 01 00 03'), Buffer.from([name.length]), name, hex('0050')]);
  return new Talk({ client: `10.0.0.1:${port++}`, server })
    .handshake()
    .client(hex('05 01 02'))
    .server(hex('05 02'))
    .client(Buffer.concat([hex('01 01 75'), Buffer.from([password.length]), Buffer.from(password)]))
    .server(hex('01 00'))
    .client(connect)
    .server(hex(`05 00 00 ${bound}`))
    .client(get(path))
    .server(answer)
    .close();
}
const sampleOf = (talk: Talk, changes: Partial<Sample> = {}): Sample => {
  const sampling = samplingOf(talk);
  if (!('sample' in sampling)) throw new Error(sampling.reason);
  return { ...sampling.sample, ...changes };
};
const only = (checks: readonly Check[]): Check => {
  expect(checks).toHaveLength(1);
  return checks[0] as Check;
};

describe('like dialogues are one check', () => {
  test('of which each is a sample', () => {
    const check = only(checksOf([dialogue(), dialogue(), dialogue()]));
    expect(check).toMatchObject({ sampleCount: 3, samples: [{ stream: 0 }, { stream: 1 }, { stream: 2 }] });
  });

  test.each<[name: string, other: Talk]>([
    ['whatever the server bound', dialogue({ bound: '04 00000000000000000000000000000000 0000' })],
    ['whatever the reason phrase', dialogue({ answer: 'HTTP/1.1 204 Whatever\r\n\r\n' })],
  ])('%s', (_name, other) => expect(only(checksOf([dialogue(), other])).sampleCount).toBe(2));

  test('whichever server they talked to: the check names the servers in order of appearance', () => {
    const talks = ['10.0.0.9:1080', '10.0.0.2:1081', '10.0.0.9:1080'].map((server) => dialogue({ server }));
    const check = only(checksOf(talks));
    expect(check.sampleCount).toBe(3);
    expect(check.servers.map(formatEndpoint)).toEqual(['10.0.0.9:1080', '10.0.0.2:1081']);
  });

  test('and all their names are asserted', () => {
    const check = only(checksOf([dialogue(), dialogue({ bound: '03 05 6c6f63616c 0000' })]));
    expect(check.steps.find(({ comment }) => comment === 'SOCKS5 reply complete')).toMatchObject({ kind: 'expect' });
    expect(JSON.stringify(check.steps)).toContain('"length":7'); // five octets and the port
  });

  test('but an answer with another status is no sample of the same: it may be a portal', () => {
    const checks = checksOf([dialogue(), dialogue({ answer: 'HTTP/1.1 302 Found\r\n\r\n' })]);
    expect(checks.map(({ statuses }) => statuses)).toEqual([[204], [302]]);
  });

  test('whichever of them ends first', () => {
    const sample = sampleOf(dialogue());
    const folded = (...streams: number[]): Check => {
      const folder = new CheckFolder();
      for (const stream of streams) folder.add({ ...sample, stream });
      return only(folder.finish().checks);
    };
    for (const order of [
      [2, 0, 1],
      [1, 2, 0],
      [2, 1, 0],
    ])
      expect(folded(...order)).toEqual(folded(0, 1, 2));
  });
});

describe('unlike dialogues are checks of their own', () => {
  test.each<[name: string, other: Talk]>([
    ['other credentials', dialogue({ password: 'q' })],
    ['another destination', dialogue({ destination: 'c.d' })],
    ['another request', dialogue({ path: '/other' })],
  ])('%s', (_name, other) => expect(checksOf([dialogue(), other])).toHaveLength(2));

  test('in order of their first conversations', () => {
    const checks = checksOf([dialogue({ path: '/b' }), dialogue({ path: '/a' }), dialogue({ path: '/b' })]);
    expect(checks.map(({ title, sampleCount }) => [title, sampleCount])).toEqual([
      ['GET /b', 2],
      ['GET /a', 1],
    ]);
  });
});

test('an interim response that one of two sessions has makes no other check of it, and is waited through', () => {
  const interim = dialogue({ answer: `HTTP/1.1 103 Early Hints\r\n\r\n${ANSWER}` });
  for (const sources of [
    [dialogue(), interim],
    [interim, dialogue()],
  ]) {
    const [check, ...others] = checksOf(sources);
    expect([check?.sampleCount, others]).toEqual([2, []]);
    expect(check?.replies.at(-1)?.at(-1)?.observation).toMatchObject({ preamble: ['interim response'] });
    const last = check?.steps.slice(-2).map((step) => step.kind === 'expect' && [step.unwanted, step.minReceived]);
    expect(last).toEqual([
      [true, 1],
      [false, undefined],
    ]);
  }
});

test('what goes to the origin without a proxy is left out where others go through one', () => {
  const direct = new Talk({ client: '10.0.0.1:39999' }).handshake().client(get()).server(ANSWER);
  const [through, straight] = [sampleOf(dialogue()), sampleOf(direct, { stream: 7 })];
  const folder = new CheckFolder();
  for (const each of [through, straight, straight]) folder.add(each);
  expect(folder.finish()).toMatchObject({
    checks: [{ layers: ['socks5', 'http'] }],
    direct: [{ sample: { stream: 7 }, count: 2 }],
  });
  const alone = new CheckFolder();
  alone.add(straight);
  expect(alone.finish()).toMatchObject({ checks: [{ layers: ['http'] }], direct: [] });
});

describe('a capture of many dialogues takes no more memory', () => {
  const sample = sampleOf(dialogue());
  const limits = { samples: 5, checks: 3 };

  test('samples beyond the limit are counted', () => {
    const folder = new CheckFolder(limits);
    for (let stream = 0; stream < 8; stream++) folder.add({ ...sample, stream });
    const check = only(folder.finish().checks);
    expect(check.sampleCount).toBe(8);
    expect(check.samples.map(({ stream }) => stream)).toEqual([0, 1, 2, 3, 4]);
  });

  test('an earlier conversation that ends beyond the limit is still the first', () => {
    const folder = new CheckFolder(limits);
    for (const stream of [1, 2, 3, 4, 5, 0]) folder.add({ ...sample, stream });
    const check = only(folder.finish().checks);
    expect(check.samples[0]?.stream).toBe(0);
    expect(check.steps.filter(({ kind }) => kind === 'send')).toHaveLength(4);
  });

  test('checks beyond the limit are dropped, and how many is known', () => {
    const folder = new CheckFolder(limits);
    for (const layer of ['http', 'tls', 'socks4', 'socks5', 'unknown', 'http'] as const)
      folder.add({ ...sample, layers: [layer] });
    expect(folder.dropped).toBe(2);
    expect(folder.finish().checks.map(({ sampleCount }) => sampleCount)).toEqual([2, 1, 1]);
  });
});

describe('the time a check may take', () => {
  const timed = (...durations: number[]): Check => {
    const sample = sampleOf(dialogue());
    const folder = new CheckFolder();
    for (const [stream, duration] of durations.entries()) folder.add({ ...sample, stream, duration });
    return only(folder.finish().checks);
  };

  test.each<[name: string, durations: number[], seconds: number]>([
    ['at least the 3 s that two lost SYNs cost', [0.5], 3],
    ['still 3 s for a sample of 300 ms', [300], 3],
    ['ten times the slowest sample', [20, 900, 30], 9],
    ['in whole seconds, rounded up', [301], 4],
  ])('%s', (_name, durations, seconds) => expect(timed(...durations).timeout).toBe(seconds));

  test('what was measured is kept', () => expect(timed(20, 900, 30).measured).toEqual({ fastest: 20, slowest: 900 }));
});
