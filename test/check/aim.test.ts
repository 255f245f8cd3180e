import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aim } from '../../src/check/aim.ts';
import { CheckFolder } from '../../src/check/fold.ts';
import { type Sample, sampleOf } from '../../src/check/sample.ts';
import type { Allowance } from '../../src/dialogue/dialogue.ts';
import { dialogueOf, rulesOf, type Source } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const HELLO = (name: string): Buffer => {
  const list = Buffer.concat([hex('00'), u16(name.length), Buffer.from(name)]);
  const extension = Buffer.concat([hex('0000'), u16(list.length + 2), u16(list.length), list]);
  const extensions = name === '' ? Buffer.alloc(0) : extension;
  const body = Buffer.concat([
    hex('0303'),
    Buffer.alloc(32, 7),
    hex('00 0002 1301 0100'),
    u16(extensions.length),
    extensions,
  ]);
  const message = Buffer.concat([hex('01 00'), u16(body.length), body]);
  return Buffer.concat([hex('160301'), u16(message.length), message]);
};
function u16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
const SERVER_HELLO = Buffer.concat([hex('160303 002a 02000026 0303'), Buffer.alloc(32, 9), hex('00 1301 00')]);

const get = (target: string, host = 'origin.example', more = '') =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n${more}\r\n`;
const socks5 = (
  request: string | Buffer,
  answer: string | Buffer = ANSWER,
  connect = '03 0e 6f726967696e2e6578616d706c65 0050',
) =>
  new Talk()
    .handshake()
    .client(hex('05030001 02'))
    .server(hex('0500'))
    .client(hex(`050100 ${connect}`))
    .server(hex('05000001 00000000 0000'))
    .client(request)
    .server(answer);
const socks4 = (connect: string) =>
  new Talk().handshake().client(hex(connect)).server(hex('005a 0000 00000000')).client(get('/')).server(ANSWER);
const http = (request: string) => new Talk().handshake().client(request).server(ANSWER);
const connect = (inner: string | Buffer, answer: string | Buffer = ANSWER) =>
  new Talk()
    .handshake()
    .client('CONNECT origin.example:80 HTTP/1.1\r\nHost: origin.example:80\r\n\r\n')
    .server('HTTP/1.1 200 OK\r\n\r\n')
    .client(inner)
    .server(answer);

/** What an aimed dialogue sends, or why it cannot be aimed. */
function sampled(source: Source, aim: Aim, ...allowed: Allowance[]): Sample | string {
  const sampling = sampleOf(dialogueOf(source, ...allowed), new Set(allowed), false, aim);
  return 'sample' in sampling ? sampling.sample : sampling.reason;
}
function sent(source: Source, aim: Aim): string[] | string {
  const sample = sampled(source, aim);
  if (typeof sample === 'string') return sample;
  return sample.exchanges.flatMap(({ request }) => (request ? [shown(request.bytes)] : []));
}
/** Text where it is text, else hex. */
const shown = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes).toString('latin1');
  return /^[\r\n -~]*$/.test(text) ? text : Buffer.from(bytes).toString('hex');
};
const at = (url: string, more: Aim = {}): Aim => ({ probe: new URL(url), ...more });

describe('a dialogue is aimed at an address', () => {
  const probe = 'http://p.example:8080/health?x=1';
  const aimedGet = get('/health?x=1', 'p.example:8080');
  const name = '09702e6578616d706c65 1f90'.replace(/ /g, '');

  test.each<[name: string, talk: Talk, url: string, sent: string[]]>([
    ['SOCKS5, by name', socks5(get('/')), probe, ['0503000102', `05010003${name}`, aimedGet]],
    [
      'SOCKS5, by address',
      socks5(get('/')),
      'http://192.0.2.7/',
      ['0503000102', '05010001c00002070050', get('/', '192.0.2.7')],
    ],
    [
      'SOCKS5, by IPv6 address, where the capture has an IPv4 one',
      socks5(get('/'), ANSWER, '01 0a000001 0050'),
      'http://[2001:db8::7]:81/',
      ['0503000102', '0501000420010db80000000000000000000000070051', get('/', '[2001:db8::7]:81')],
    ],
    [
      'SOCKS4',
      socks4('04010050 0a000001 6c616200'),
      'http://192.0.2.7/',
      ['04010050c00002076c616200', get('/', '192.0.2.7')],
    ],
    ['SOCKS4a', socks4('04010050 00000001 00 6100'), probe, [`04011f90000000010070${name.slice(4, -4)}00`, aimedGet]],
    [
      'SOCKS4a, at an address',
      socks4('04010050 00000001 00 6100'),
      'http://192.0.2.7/',
      ['04010050c000020700', get('/', '192.0.2.7')],
    ],
    ['an absolute-form request', http(get('http://origin.example/')), probe, [get(probe, 'p.example:8080')]],
    ['an origin-form request', http(get('/old')), probe, [aimedGet]],
    ['one with an address in its query', http(get('/old?to=http://x/')), probe, [aimedGet]],
    [
      'CONNECT',
      connect(get('/')),
      probe,
      ['CONNECT p.example:8080 HTTP/1.1\r\nHost: p.example:8080\r\n\r\n', aimedGet],
    ],
    [
      'CONNECT, to the port that goes without saying',
      connect(get('/')),
      'http://p.example/',
      ['CONNECT p.example:80 HTTP/1.1\r\nHost: p.example:80\r\n\r\n', get('/', 'p.example')],
    ],
    [
      'a name that is not ASCII',
      http(get('http://origin.example/')),
      'http://bücher.example/ä',
      [get('http://xn--bcher-kva.example/%C3%A4', 'xn--bcher-kva.example')],
    ],
    ['a fragment, which is not sent', http(get('/')), 'http://p.example/a#b', [get('/a', 'p.example')]],
    [
      'of two proxies the inner one',
      new Talk()
        .handshake()
        .client(hex('050100'))
        .server(hex('0500'))
        .client(hex('05010001 0a000003 0c38'))
        .server(hex('05000001 00000000 0000'))
        .client('CONNECT origin.example:80 HTTP/1.1\r\nHost: origin.example:80\r\n\r\n')
        .server('HTTP/1.1 200 OK\r\n\r\n')
        .client(get('/'))
        .server(ANSWER),
      probe,
      ['050100', '050100010a0000030c38', 'CONNECT p.example:8080 HTTP/1.1\r\nHost: p.example:8080\r\n\r\n', aimedGet],
    ],
    [
      'of a proxy behind SOCKS5 that is asked in absolute form only the request',
      socks5(get('http://origin.example/'), ANSWER, '01 0a000003 0c38'),
      probe,
      ['0503000102', '050100010a0000030c38', get(probe, 'p.example:8080')],
    ],
    [
      'TLS for the same name, at another port',
      socks5(HELLO('origin.example'), SERVER_HELLO),
      'https://origin.example:8443/',
      ['0503000102', '050100030e6f726967696e2e6578616d706c6520fb', shown(HELLO('origin.example'))],
    ],
    [
      'TLS without a name, at another address',
      socks5(HELLO(''), SERVER_HELLO, '01 0a000001 01bb'),
      'https://192.0.2.7/',
      ['0503000102', '05010001c000020701bb', shown(HELLO(''))],
    ],
    [
      'an unknown protocol in a tunnel: where it goes',
      socks5('PING\r\n', 'PONG\r\n'),
      'http://p.example:6379/',
      ['0503000102', '0501000309702e6578616d706c6518eb', 'PING\r\n'],
    ],
  ])('%s', (_name, talk, url, expected) => expect(sent(talk, at(url))).toEqual(expected));

  test.each<[talk: string, source: Talk, destination: string]>([
    ['SOCKS5', socks5(get('/')), 'p.example:80'],
    ['CONNECT', connect(get('/')), 'p.example:80'],
    ['absolute form', http(get('http://origin.example/')), 'p.example'],
    ['a proxy behind SOCKS5', socks5(get('http://origin.example/'), ANSWER, '01 0a000003 0c38'), '10.0.0.3:3128'],
  ])('its destination is named so: %s', (_name, talk, destination) =>
    expect(sampled(talk, at('http://p.example/'))).toMatchObject({ destination }),
  );
});

describe('a dialogue that cannot be aimed is left out with the reason', () => {
  const long = `http://${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(20)}.example/`;
  test.each<[name: string, talk: Talk, url: string, reason: string]>([
    [
      'SOCKS4 by name',
      socks4('04010050 0a000001 00'),
      'http://p.example/',
      'SOCKS4 takes no names: give an IPv4 address, or record SOCKS4a (curl socks4a://)',
    ],
    ['SOCKS4 and IPv6', socks4('04010050 0a000001 00'), 'http://[::1]/', 'SOCKS4 has no IPv6 addresses'],
    ['SOCKS4a and IPv6', socks4('04010050 00000001 00 6100'), 'http://[::1]/', 'SOCKS4 has no IPv6 addresses'],
    ['a name that SOCKS5 cannot count', socks5(get('/')), long, 'SOCKS5 has names of at most 255 octets'],
    [
      'https where HTTP is spoken',
      socks5(get('/')),
      'https://p.example/',
      'it speaks HTTP without TLS: give an http:// address',
    ],
    [
      'https for a proxy that is asked for http',
      http(get('http://a/', 'a')),
      'https://p.example/',
      'it speaks HTTP without TLS: give an http:// address',
    ],
    [
      'http where TLS is spoken',
      socks5(HELLO('origin.example'), SERVER_HELLO),
      'http://origin.example/',
      'its tunnel carries TLS: give an https:// address',
    ],
    [
      'a server that greets',
      new Talk().handshake().server('220 mail.example ESMTP\r\n'),
      'http://p.example/',
      'it speaks SMTP, which is asked for no address',
    ],
    [
      'TLS for another name',
      socks5(HELLO('origin.example'), SERVER_HELLO),
      'https://p.example/',
      'its ClientHello is for origin.example, and cannot be made anew: record it against p.example',
    ],
    [
      'TLS for a name, at an address',
      socks5(HELLO('origin.example'), SERVER_HELLO),
      'https://192.0.2.7/',
      'its ClientHello is for origin.example, and cannot be made anew: record it against 192.0.2.7',
    ],
    [
      'TLS without a name, at a name',
      socks5(HELLO(''), SERVER_HELLO, '01 0a000001 01bb'),
      'https://p.example/',
      'its ClientHello is for an address without a name, and cannot be made anew: record it against p.example',
    ],
  ])('%s', (_name, talk, url, reason) => expect(sent(talk, at(url))).toBe(reason));

  test('a request of which a part is not captured', () => {
    const talk = http(
      `GET http://origin.example/ HTTP/1.1\r\nHost: origin.example\r\nX-Long: ${'x'.repeat(3000)}\r\n\r\n`,
    );
    const [, , , first, lost] = talk.segments;
    const rest = talk.segments.filter((segment) => segment !== lost);
    expect(first?.payload.length).toBe(1460);
    expect(sampled(rest, {}, 'gap')).toMatchObject({ lacks: [expect.stringContaining('left out of what is sent')] });
    for (const aim of [at('http://p.example/'), { minimal: true }])
      expect(sampled(rest, aim, 'gap')).toBe('the request is not all there, which therefore cannot be changed');
  });
});

describe('what was for the captured origin stays there', () => {
  const secret = 'Authorization: Basic dTpw\r\nCookie: id=1\r\nX-Trace: 2\r\n';

  test.each<[name: string, talk: Talk]>([
    [
      'in absolute form',
      http(get('http://origin.example/', 'origin.example', `Proxy-Authorization: Basic eDp5\r\n${secret}`)),
    ],
    ['in a tunnel', connect(get('/', 'origin.example', secret))],
  ])('%s', (_name, talk) => {
    const sample = sampled(talk, at('http://p.example/')) as Sample;
    const last = sample.exchanges.at(-1)?.request;
    expect(shown(last?.bytes as Uint8Array)).not.toMatch(/\r\n(Authorization|Cookie):/);
    expect(shown(last?.bytes as Uint8Array)).toContain('X-Trace: 2');
    expect(last?.secrets.map(({ name }) => name).filter((name) => name !== 'Proxy-Authorization')).toEqual([]);
    expect(last?.doubt).toEqual({
      code: 'origin-headers',
      message: 'Authorization and Cookie were for the captured origin, and are left out',
    });
    // What the proxy asks for is still the proxy's.
    if (Buffer.from(talk.segments[3]?.payload ?? []).includes('Proxy-Auth'))
      expect(shown(last?.bytes as Uint8Array)).toContain('Proxy-Authorization');
  });

  test('but is sent to another page of it', () => {
    const talk = connect(get('/', 'origin.example', secret));
    expect((sent(talk, at('http://origin.example/other')) as string[])[1]).toBe(
      get('/other', 'origin.example', secret),
    );
  });

  test('credentials in the target too', () =>
    expect(sent(http(get('http://u:p@origin.example/')), at('http://p.example/'))).toEqual([
      get('http://p.example/', 'p.example'),
    ]));
});

describe('--minimal leaves out what the check does not need', () => {
  test('methods that the server did not choose, User-Agent and Accept', () =>
    expect(sent(socks5(get('/')), { minimal: true })).toEqual([
      '050100',
      '050100030e6f726967696e2e6578616d706c650050',
      'GET / HTTP/1.1\r\nHost: origin.example\r\n\r\n',
    ]));

  test('also where a header goes on in the next line', () =>
    expect(sent(http('GET / HTTP/1.1\r\nHost: a\r\nACCEPT: x,\r\n y\r\nX: z\r\n\r\n'), { minimal: true })).toEqual([
      'GET / HTTP/1.1\r\nHost: a\r\nX: z\r\n\r\n',
    ]));

  test('not a method that the client did not offer', () => {
    const refused = new Talk().handshake().client(hex('05020001')).server(hex('05ff'));
    const sampling = sampleOf(dialogueOf(refused), new Set(), true, { minimal: true });
    expect('sample' in sampling && shown(sampling.sample.exchanges[0]?.request?.bytes as Uint8Array)).toBe('05020001');
  });

  test('the body and bare line feeds stay', () =>
    expect(sent(http('POST / HTTP/1.1\nHost: a\nAccept: */*\nContent-Length: 2\n\nhi'), { minimal: true })).toEqual([
      'POST / HTTP/1.1\nHost: a\nContent-Length: 2\n\nhi',
    ]));
});

describe('laws', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
  const hosts = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.example`),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
  );
  const urls = fc
    .record({
      host: hosts,
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
      path: fc.webPath(),
      query: fc.option(fc.webQueryParameters()),
    })
    .map(
      ({ host, port, path, query }) =>
        new URL(`http://${host}${port === null ? '' : `:${port}`}${path}${query === null ? '' : `?${query}`}`),
    );
  /** The dialogue of a client that asks for a URL, as curl writes it. */
  const curl: Readonly<Record<string, (url: URL) => Talk>> = {
    'absolute form': (url) => http(get(`http://${url.host}${url.pathname}${url.search}`, url.host)),
    CONNECT: (url) => {
      const authority = `${url.hostname}:${url.port || 80}`;
      return new Talk()
        .handshake()
        .client(
          `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: curl/8.5.0\r\nProxy-Connection: Keep-Alive\r\n\r\n`,
        )
        .server('HTTP/1.1 200 OK\r\n\r\n')
        .client(get(`${url.pathname}${url.search}`, url.host, 'Cookie: a=b\r\n'))
        .server(ANSWER);
    },
    SOCKS5: (url) => socks5(get(`${url.pathname}${url.search}`, url.host), ANSWER, addressOf(url)),
  };

  test.each(Object.entries(curl))('aiming at the captured address changes nothing: %s', (_name, talkFor) => {
    fc.assert(
      fc.property(urls, (url) => {
        const talk = talkFor(url);
        expect(sent(talk, { probe: url })).toEqual(sent(talk, {}));
      }),
    );
  });

  test.each(Object.entries(curl))(
    'what is aimed is what a client sends that asks for the address: %s',
    (_name, talkFor) => {
      fc.assert(
        fc.property(urls, urls, (captured, probe) => {
          const withoutCookie = (requests: string[] | string) => String(requests).replace('Cookie: a=b\r\n', '');
          expect(withoutCookie(sent(talkFor(captured), { probe }))).toBe(withoutCookie(sent(talkFor(probe), {})));
        }),
      );
    },
  );

  function addressOf(url: URL): string {
    const port = Number(url.port || 80);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const end = u16(port).toString('hex');
    if (/^[0-9.]+$/.test(host)) return `01${Buffer.from(host.split('.').map(Number)).toString('hex')}${end}`;
    if (host.includes(':')) return `04${groupsOf(host)}${end}`;
    return `03${Buffer.concat([Buffer.of(host.length), Buffer.from(host)]).toString('hex')}${end}`;
  }
  function groupsOf(host: string): string {
    const [head = '', tail] = host.split('::').map((part) => part.split(':').filter((group) => group !== ''));
    const before = head === '' ? [] : head;
    const after = tail ?? [];
    const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
    return [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join('');
  }
});

describe('the statuses that the user takes', () => {
  const ranges = [
    [200, 299],
    [404, 404],
  ] as const;

  test.each<[status: string, reason: string | undefined]>([
    ['204 No Content', undefined],
    ['404 Not Found', undefined],
    ['302 Found', 'answered, HTTP 302, which --expect-status does not take'],
  ])('of an answer %s', (status, reason) => {
    const talk = new Talk().handshake().client(get('/')).server(`HTTP/1.1 ${status}\r\n\r\n`);
    const sample = sampled(talk, { statuses: ranges });
    expect(typeof sample === 'string' ? sample : undefined).toBe(reason);
  });

  test('are those of the last response, not of an interim one nor of the proxy', () => {
    const folder = new CheckFolder();
    const talk = connect(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi',
      `HTTP/1.1 100 Continue\r\n\r\n${ANSWER}`,
    );
    folder.add(sampled(talk, { statuses: ranges }) as Sample);
    const [check] = folder.finish().checks;
    expect([...new Set(check?.steps.flatMap((step) => (step.kind === 'expect' ? [step.comment] : [])))]).toEqual([
      '200 from the proxy',
      'HTTP tunnel open',
      '200-299 or 404 from the origin',
    ]);
  });

  test('with an address of the user are not known of the captured one', () => {
    const talk = new Talk().handshake().client(get('/')).server('HTTP/1.1 302 Found\r\n\r\n');
    expect(sampled(talk, at('http://p.example/', { statuses: [[204, 204]] }))).toMatchObject({
      exchanges: [{ reply: [{ observation: { status: 204 } }] }],
    });
  });
});

test('without an aim nothing changes', () => expect(rulesOf(socks5(get('/')))).toContain('send-binary 0503000102'));
