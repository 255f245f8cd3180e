import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emitReport } from '../../src/emit/report/page.ts';
import { type Settings, withBrowser } from '../support/browser.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { reportInput, reportOf } from '../support/report.ts';
import { describeWith } from '../support/tools.ts';
import { framesOf, pcapFile, Talk } from '../support/wire.ts';

/** One of each kind that a page can look like. */
const SHOWN = {
  socks5: 'socks5/dante-socks5h-x3',
  auth: 'http/squid-http-auth-x3',
  tls: 'connect/squid-connect-auth-x3',
  timeout: 'socks5/dante-fail-timeout',
  refused: 'socks5/dante-fail-refused-x3',
  lossy: 'lossy/loss20-http-ipv4-x3',
  cut: 'formats/snaplen96-x3',
  midstream: 'formats/midstream',
  unknown: 'unknown/ngircd-challenge-x3',
  ftp: 'banner/ftp-socks5-x3',
  redis: 'redis/auth-pipelined-socks5',
  proxied: 'proxy-protocol/haproxy-v2-connect-x3',
} as const;

/** Where a person can look at them; and the one that the README shows, which `npm run screenshots` takes anew. */
const PICTURES = new URL('../../coverage/report/', import.meta.url).pathname;
const PICTURE = new URL('../../docs/report.png', import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
const fileOf = (name: string): string => join(folder, `${name}.html`);
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  for (const [name, path] of Object.entries(SHOWN))
    writeFileSync(fileOf(name), await reportOf(join(FIXTURES, path, 'capture.pcap')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens a page; whatever it asks for beside itself, says or throws is noted. */
async function opened(context: BrowserContext, file: string): Promise<{ page: Page; noted: string[] }> {
  const noted: string[] = [];
  const page = await context.newPage();
  const own = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== own) noted.push(`asks for ${request.url()}`);
  });
  page.on('console', (message) => noted.push(`says ${message.text()}`));
  page.on('pageerror', (error) => noted.push(`throws ${error.message}`));
  page.on('dialog', async (dialog) => {
    noted.push(`opens a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(own);
  return { page, noted };
}

const LOOKS: readonly Settings[] = [375, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** By how much a page is wider than its window. */
const overhang = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** The text that a person sees. */
const textOf = (page: Page): Promise<string> => page.evaluate("document.querySelector('main').innerText");

describeWith(['chromium'], 'reports in a browser', () => {
  test.each(LOOKS)(
    '$width pixels wide, $colorScheme: ask for nothing, say nothing, fit, and are pictured',
    async (look) => {
      await withBrowser(look, async (context) => {
        for (const name of Object.keys(SHOWN)) {
          const { page, noted } = await opened(context, fileOf(name));
          expect(await overhang(page), name).toBe(0);
          const picture = `${name}-${look.width}-${look.colorScheme}.png`;
          await page.screenshot({ path: join(PICTURES, picture), fullPage: true });
          await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
          expect(await overhang(page), `${name}, all opened`).toBe(0);
          expect(noted, name).toEqual([]);
          await page.close();
        }
      });
    },
    120_000,
  );

  test.runIf(process.env['SCREENSHOTS'])('the picture of the README', async () => {
    await withBrowser({}, async (context) => {
      const { page } = await opened(context, fileOf('socks5'));
      const top = (await page.evaluate("document.getElementById('d1').getBoundingClientRect().top")) as number;
      const clip = { x: 0, y: top - 10, width: 1280, height: 800 };
      await page.screenshot({ path: PICTURE, fullPage: true, clip });
    });
  });

  test('dark pages are dark, and nothing moves where motion is to be reduced', async () => {
    await withBrowser({ colorScheme: 'dark' }, async (context) => {
      const { page } = await opened(context, fileOf('socks5'));
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const style = (property: string) => page.evaluate(`getComputedStyle(document.documentElement).${property}`);
      expect(await style('backgroundColor')).toBe('rgb(20, 23, 28)');
      expect(await style('scrollBehavior')).toBe('auto');
    });
  });

  test('the button copies the script as it stands', async () => {
    await withBrowser({}, async (context) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const { page, noted } = await opened(context, fileOf('auth'));
      const script = await page.evaluate("document.querySelector('pre[id]').textContent");
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(script);
      expect(script).toMatch(/option httpchk\n/);
      expect(noted).toEqual([]);
    });
  });

  test('the Tab key reaches everything that can be used, in order, and shows where it is', async () => {
    await withBrowser({}, async (context) => {
      const { page } = await opened(context, fileOf('socks5'));
      const all = "[...document.querySelectorAll('a, button, summary, [tabindex]')]";
      const count = (await page.evaluate(`${all}.length`)) as number;
      const met: number[] = [];
      for (let at = 0; at < count; at++) {
        await page.keyboard.press('Tab');
        met.push((await page.evaluate(`${all}.indexOf(document.activeElement)`)) as number);
        const { outlineStyle, outlineWidth } = (await page.evaluate(
          '(({ outlineStyle, outlineWidth }) => ({ outlineStyle, outlineWidth }))(getComputedStyle(document.activeElement))',
        )) as Record<string, string>;
        expect([outlineStyle, outlineWidth]).toEqual(['solid', '2px']);
      }
      expect(met).toEqual(Array.from({ length: count }, (_, at) => at));
      expect(count).toBeGreaterThan(40);
    });
  });

  test('a field tells its name, role and meaning when it is focused or hovered over, without a script, too', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await withBrowser({ javaScriptEnabled }, async (context) => {
        const { page, noted } = await opened(context, fileOf('refused'));
        const field = page.locator('.hex .outcome').last();
        const told = () =>
          page.evaluate("getComputedStyle([...document.querySelectorAll('.hex .outcome')].at(-1), '::after').content");
        expect(await told()).toBe('none');
        await field.focus();
        expect(await told()).toContain('REP (outcome)\\a byte 3 of the server\\a connection refused (05)');
        await field.blur();
        await field.hover();
        expect(await told()).toContain('connection refused');
        expect(noted).toEqual([]);
      });
    }
  });

  test('without scripts all but the copy button is there', async () => {
    const { bodies, buttons } = { bodies: [] as string[], buttons: [] as number[] };
    for (const javaScriptEnabled of [true, false]) {
      await withBrowser({ javaScriptEnabled }, async (context) => {
        const { page } = await opened(context, fileOf('tls'));
        bodies.push((await textOf(page)).replace('Copy\n', ''));
        buttons.push(await page.getByRole('button').count());
      });
    }
    expect(buttons).toEqual([1, 0]);
    expect(bodies[1]?.replace(/\s+/g, ' ')).toBe(bodies[0]?.replace(/\s+/g, ' '));
  });

  test('prints on white, without what only a screen has', async () => {
    await withBrowser({ colorScheme: 'dark' }, async (context) => {
      const { page } = await opened(context, fileOf('socks5'));
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.locator('nav').isVisible()).toBe(false);
      expect(await page.getByRole('button').count()).toBe(0);
      const background = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
      expect(background).toBe('rgb(255, 255, 255)');
      await page.screenshot({ path: join(PICTURES, 'socks5-print.png'), fullPage: true });
    });
  });

  test('bytes line up with their text and offsets', async () => {
    for (const width of [375, 1280]) {
      await withBrowser({ width }, async (context) => {
        const { page } = await opened(context, fileOf('lossy'));
        const heights = (await page.evaluate(
          `[...document.querySelectorAll('.messages .dump')].map((dump) => ['.hex', '.text', '.off:not([hidden])'].map((part) =>
            [...dump.querySelectorAll(part)].map((each) => each.getBoundingClientRect().height).find((height) => height > 0)))`,
        )) as number[][];
        expect(heights.length).toBeGreaterThan(1);
        for (const [hex, text, offsets] of heights) expect([text, offsets]).toEqual([hex, hex]);
      });
    }
  });

  test('hostile bytes stay text', async () => {
    const hostile = '<script>alert(1)</script></style></title>]]>"\'><img/src=x/onerror=alert(2)>';
    const talk = new Talk()
      .handshake()
      .client(`GET http://a/${hostile} HTTP/1.1\r\nHost: ${hostile}\r\n\r\n`)
      .server(`HTTP/1.1 200 ${hostile}\r\n${hostile}: \0\xff\r\n\r\n${'<b>\0'.repeat(16_000)}`)
      .close();
    const capture = join(folder, 'hostile.pcap');
    writeFileSync(capture, pcapFile(framesOf(talk.segments)));
    writeFileSync(fileOf('hostile'), emitReport(await reportInput({ paths: [capture] })));
    await withBrowser({ width: 375 }, async (context) => {
      const { page, noted } = await opened(context, fileOf('hostile'));
      expect(await page.evaluate("document.querySelectorAll('img, main script, main b b').length")).toBe(0);
      expect(await textOf(page)).toContain(hostile);
      expect(await overhang(page)).toBe(0);
      expect(noted).toEqual([]);
    });
  });
});
