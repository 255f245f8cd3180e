import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Check } from '../../src/check/check.ts';
import { emitHaproxy } from '../../src/emit/haproxy/script.ts';
import { DEFAULT_SCRIPT_STYLE, type ScriptStyle } from '../../src/emit/haproxy/style.ts';
import { DEFAULT_FORM, DIALECTS, EXPECT_FORMS, type Form, isModern, SEND_FORMS } from '../../src/proof/form.ts';
import { composeScript } from '../../src/proof/script.ts';
import { capture2check } from '../support/cli.ts';
import { filesNamed } from '../support/derive.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { describeWith, fileComplaints, haproxyComplaints } from '../support/tools.ts';
import { framesOf, hex, pcapFile, Talk } from '../support/wire.ts';

const CASES = [
  'socks5/dante-socks5h-auth-x3',
  'socks5/dante-socks5h-https-x3',
  'socks4/dante-socks4-x3',
  'http/squid-http-auth-x3',
  'http/tinyproxy-http-keepalive',
  'connect/squid-connect-plain-auth-x3',
  'proxy-protocol/haproxy-v2-ipv6-http',
];
const SECTION = { complete: false } as const;
/** Around the rules: alone, in sections, in files; with secrets or without, with comments or without. */
const STYLES: Readonly<Record<string, ScriptStyle>> = {
  rules: DEFAULT_SCRIPT_STYLE,
  'rules without comments, secrets in the environment': { comments: false, environment: new Map(), section: undefined },
  listen: {
    ...DEFAULT_SCRIPT_STYLE,
    section: { ...SECTION, kind: 'listen', balance: 'source', hashType: 'consistent' },
  },
  'listen, a file': { comments: true, environment: new Map(), section: { kind: 'listen', complete: true } },
  'backend, a file': { comments: false, environment: undefined, section: { kind: 'backend', complete: true } },
};
/** Every form that HAProxy 2.6 reads. */
const FORMS: readonly Form[] = DIALECTS.filter((dialect) => isModern({ ...DEFAULT_FORM, dialect }))
  .filter((dialect) => ['2.2', '2.4', '2.6', '3.4'].includes(dialect))
  .flatMap((dialect) =>
    EXPECT_FORMS.flatMap((expect) => SEND_FORMS.map((send): Form => ({ expect, send, dialect, checker: undefined }))),
  );
const ENVIRONMENT = { PROXY_USER: 'u', PROXY_PASSWORD: 'p', ORIGIN_USER: 'u', ORIGIN_PASSWORD: 'p' };
const LISTENER = [
  'defaults',
  '    mode tcp',
  '    timeout connect 2s',
  '    timeout client 5s',
  '    timeout server 5s',
  '',
].join('\n');

describeWith(['haproxy'], 'every form of every check loads without a warning', () => {
  describe.each(CASES)('%s', (name) => {
    test.each(Object.entries(STYLES))('%s', async (_style, style) => {
      const { checks } = await analyze({ paths: [join(FIXTURES, name, 'capture.pcap')], proof: false });
      expect(checks.length).toBeGreaterThan(0);
      const texts = new Map<string, Form>();
      for (const form of FORMS) for (const text of textsOf(checks, form, style)) texts.set(text, form);
      // Several forms may be one text.
      expect(texts.size).toBeGreaterThan(0);
      for (const [text, form] of texts) {
        const wrap = style.section === undefined ? haproxyComplaints : style.section.complete ? fileComplaints : inFile;
        expect(wrap(text, ENVIRONMENT), `${JSON.stringify(form)}\n${text}`).toBe('');
      }
    });
  });

  test('servers with IPv6 addresses', async () => {
    const talk = new Talk({ client: '[fd00::1]:40000', server: '[fd00::2]:1080' })
      .handshake()
      .client(hex('050100'))
      .server(hex('0500'))
      .client(hex('05010003 01 61 0050'))
      .server(hex('05000001 00000000 0000'))
      .client('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      .server('HTTP/1.1 204 No Content\r\n\r\n');
    const { stdout } = capture2check(['-q', '--complete', '-'], { input: pcapFile(framesOf(talk.segments)) });
    expect(stdout).toContain('    server proxy1 [fd00::2]:1080 check\n');
    expect(fileComplaints(stdout)).toBe('');
  });
});

/** Rules are for one section: without sections each check stands alone. */
function textsOf(checks: readonly Check[], form: Form, style: ScriptStyle): string[] {
  const groups = style.section === undefined ? checks.map((check) => [check]) : [checks];
  return groups.map((group) =>
    emitHaproxy(
      {
        checks: group,
        form,
        files: filesNamed(['a.pcap', 1000]),
        scripts: new Map(group.map((check) => [check, composeScript(check, form)])),
      },
      style,
    ),
  );
}

const inFile = (section: string, env: Readonly<Record<string, string>>): string =>
  fileComplaints(LISTENER + section, env);
