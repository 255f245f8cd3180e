import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { available, describeWith, run } from '../support/tools.ts';
import { PROXIES } from './proxies.ts';
import type { ProxyKind } from './proxy.ts';
import { isWrong, type Report } from './rig.ts';
import { type Found, pageOf, withoutVersions } from './table.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const PAGE = `${ROOT}docs/lab.md`;
const RUN = `${ROOT}test/lab/dist/test/lab/run.js`;

/** Namespaces that end with the first process in them, and it with whoever asked: nothing is left behind, however the tests end. */
const UNSHARE = ['--net', '--mount', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];
const NEEDED = [
  'unshare',
  'ip',
  'mount',
  'perl',
  'openssl',
  'dpkg-query',
  'haproxy',
  'tcpdump',
  'curl',
  'microsocks',
  'tinyproxy',
];
/** Milliseconds that all of a proxy's worlds may take. */
const LIMIT = 240_000;

const OPEN = 'open to all';
const LOCKED = 'with a password';
const rigs = PROXIES.flatMap((proxy) =>
  [OPEN, ...(proxy.authenticates ? [LOCKED] : [])].map((setting) => ({ proxy, setting })),
);
const reports = new Map<string, Report>();
const keyOf = ({ name }: ProxyKind, setting: string) => `${name}, ${setting}`;

const sandboxed = available('unshare') && spawnSync('unshare', [...UNSHARE, 'true']).status === 0;
const possible = sandboxed || process.env['CI'] !== undefined; // in CI it has to be

describe.skipIf(!possible).concurrent(`the lab${possible ? '' : ' (needs the right to make namespaces)'}`, () => {
  beforeAll(() => {
    run(`${ROOT}node_modules/.bin/tsc`, '-p', `${ROOT}test/lab`);
  });

  for (const proxy of PROXIES) {
    describeWith([...NEEDED, ...proxy.programs], proxy.name, () => {
      test.for(rigs.filter((rig) => rig.proxy === proxy))(
        '$setting: every verdict is right',
        { timeout: LIMIT },
        async ({ setting }, { expect }) => {
          const report = await tryInSandbox(proxy, setting);
          expect(report.findings.filter(({ up }) => up).length).toBeGreaterThan(0);
          expect(report.findings.filter(isWrong)).toEqual([]);
          reports.set(keyOf(proxy, setting), report);
        },
      );
    });
  }
});

describe('docs/lab.md', () => {
  test.skipIf(!possible || !PROXIES.every(({ programs }) => [...NEEDED, ...programs].every(available)))(
    'is what was found',
    async () => {
      const found = rigs.map(({ proxy, setting }): Found => {
        const report = reports.get(keyOf(proxy, setting));
        if (report === undefined) throw new Error(`nothing was found of ${keyOf(proxy, setting)}`);
        return { proxy, setting, report };
      });
      const page = pageOf(found);
      const written = readFileSync(PAGE, 'utf8');
      await expect(withoutVersions(page) === withoutVersions(written) ? written : page).toMatchFileSnapshot(PAGE);
    },
  );
});

async function tryInSandbox(proxy: ProxyKind, setting: string): Promise<Report> {
  const child = spawn('unshare', [
    ...UNSHARE,
    process.execPath,
    RUN,
    proxy.name,
    setting === LOCKED ? 'password' : 'open',
  ]);
  const ended = once(child, 'exit');
  const [output, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${keyOf(proxy, setting)}: ${complaints}`);
  return JSON.parse(output) as Report;
}
