import { describe, expect, test } from 'vitest';
import type { Dialogue } from '../../src/dialogue/dialogue.ts';
import { composeCheck, readCapture } from '../../src/library.ts';
import { DEFAULT_FORM } from '../../src/proof/form.ts';
import { holdEverywhere, holdingOf, serversIn } from '../../src/proof/holding.ts';
import { composeScript } from '../../src/proof/script.ts';
import { captureOf } from '../support/fixtures.ts';

const scriptsOf = (dialogues: readonly Dialogue[]) =>
  new Map(composeCheck(dialogues).map((check) => [check, composeScript(check, DEFAULT_FORM)]));
const serversOf = (...dialogues: readonly Dialogue[]) => serversIn(dialogues, new Set());
const dialoguesIn = (name: string) => readCapture(captureOf(name));
const holding = async (check: string, server: string) =>
  holdingOf(scriptsOf(await dialoguesIn(check)), serversOf(...(await dialoguesIn(server))));

describe('a check holds for a server', () => {
  test.each([
    ['that answered the same requests alike', 'socks5/dante-socks5h-x3', 'socks5/microsocks-socks5h-x3', 3],
    ['that was asked it second, for want of credentials', 'http/squid-http-auth-x3', 'http/squid-http-anyauth', 1],
  ])('%s', async (_, check, server, asked) => {
    expect(await holding(check, server)).toEqual({ asked, passed: asked, holds: true });
  });
});

describe('a check does not hold for a server', () => {
  test.each([
    [
      'that refused the request before it was made with credentials',
      'http/squid-http-x3',
      'http/squid-http-anyauth',
      1,
    ],
    ['that refused it each time', 'http/squid-http-x3', 'http/squid-fail-no-credentials-x3', 3],
  ])('%s', async (_, check, server, asked) => {
    expect(await holding(check, server)).toEqual({ asked, passed: 0, holds: false });
  });

  test('that refused it at times', async () => {
    const [good, bad] = [
      await dialoguesIn('http/squid-http-x3'),
      await dialoguesIn('http/squid-fail-no-credentials-x3'),
    ];
    const servers = serversOf(...good.slice(0, 1), ...bad);
    expect(holdingOf(scriptsOf(good), servers)).toEqual({ asked: 4, passed: 1, holds: false });
  });
});

describe('nothing is shown of a server', () => {
  test.each([
    ['that was asked with credentials alone', 'http/squid-http-x3', 'http/squid-http-auth-x3'],
    ['that was asked for another page', 'socks5/dante-socks5h-x3', 'socks5/dante-fail-portal'],
    ['that was not waited for until it greets', 'banner/ssh-direct', 'http/squid-http-x3'],
  ])('%s', async (_, check, server) => {
    expect(await holding(check, server)).toEqual({ asked: 0, passed: 0, holds: undefined });
  });
});

describe('one check holds for two servers', () => {
  const everywhere = async (...names: string[]) => {
    const sides = await Promise.all(names.map(dialoguesIn));
    return holdEverywhere(
      scriptsOf(sides.flat()),
      sides.map((side) => serversOf(...side)),
    );
  };

  test.each([
    ['where both were asked and answered', true, 'socks5/dante-socks5h-x3', 'socks5/microsocks-socks5h-x3'],
    ['not where one refuses', false, 'http/squid-http-x3', 'http/squid-fail-no-credentials-x3'],
    [
      'which is not shown where they were asked differently',
      undefined,
      'http/squid-http-x3',
      'http/squid-http-auth-x3',
    ],
    ['not where there is none', false, 'http/squid-fail-acl-x3', 'http/squid-fail-acl-x3'],
  ])('%s', async (_, expected, ...names) => {
    expect(await everywhere(...(names as string[]))).toBe(expected);
  });
});
