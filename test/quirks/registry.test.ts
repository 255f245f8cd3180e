import { describe, expect, test } from 'vitest';
import { SEVERITIES } from '../../src/conversation/quirk.ts';
import { QUIRKS, type QuirkCode } from '../../src/dialogue/quirks.ts';
import type { QuirkCases } from './cases.ts';
import { HTTP_CASES, SERVER_CASES, TLS_CASES, TUNNEL_CASES } from './http.ts';
import { SOCKS4_CASES, SOCKS5_CASES } from './socks.ts';
import { codesOf } from './support.ts';
import { TCP_CASES } from './tcp.ts';

const CASES: QuirkCases<QuirkCode> = {
  ...TCP_CASES,
  ...SOCKS5_CASES,
  ...SOCKS4_CASES,
  ...HTTP_CASES,
  ...TLS_CASES,
  ...TUNNEL_CASES,
  ...SERVER_CASES,
};

describe.each(Object.entries(QUIRKS))('%s', (code, quirk) => {
  test('has a name in kebab case that begins with what it is about', () => {
    expect(code).toMatch(/^(tcp|socks5|socks4|http|tls|tunnel|server)(-[a-z0-9]+)+$/);
  });

  test('says what it is, where that stands, how grave it is, and what it means', () => {
    expect(SEVERITIES).toContain(quirk.severity);
    expect(quirk.spec).toMatch(/RFC [0-9]+ §|SOCKS/);
    expect(quirk.title).toMatch(/[^.]$/);
    for (const text of [quirk.clients, quirk.checks]) expect(text).toMatch(/^[A-Z].*\.$/s);
  });

  const { shown, absent, causes } = CASES[code as QuirkCode];
  test('is found where the bytes show it', () => {
    expect(codesOf(shown, causes)).toContain(code);
  });
  test('is not found where they do not', () => {
    expect(codesOf(absent, causes)).not.toContain(code);
  });
});

test('no code stands in two registries', () => {
  const titles = Object.values(QUIRKS).map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(QUIRKS).sort());
});
