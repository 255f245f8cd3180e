import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { analyze } from '../../src/analyze.ts';
import { emitHaproxy } from '../../src/emit/haproxy/script.ts';
import { withheldFrom } from '../../src/emit/withheld.ts';
import { DEFAULT_FORM, type Form } from '../../src/proof/form.ts';
import { PASSWORD, TARGET, USER } from './names.ts';
import { HIDES_ANSWER, PROTOCOLS, type Protocol } from './proxy.ts';
import { FOLDER } from './sandbox.ts';

/** Milliseconds for the last packets to reach tcpdump. */
const TRAIL = 150;

/** Records sessions of curl through the proxy on a port. Returns the capture. */
export async function record(protocol: Protocol, port: number, password: boolean, sessions: number): Promise<string> {
  const capture = `${FOLDER}/${protocol.replace(', ', '-')}-${port}-${sessions}.pcap`;
  for (let tries = 1; ; tries++) {
    // Its buffer holds as many packets as the longest that it may see fits in: of 2 KiB, two thousand.
    const args = ['-Z', 'root', '-i', 'lo', '-s', '2048', '-B', '4096', '-U', '--immediate-mode', '-w', capture];
    const tcpdump = spawn('tcpdump', [...args, `tcp port ${port}`], { stdio: ['ignore', 'ignore', 'pipe'] });
    const words = text(tcpdump.stderr);
    await once(tcpdump.stderr, 'data'); // "listening on lo"
    for (let session = 0; session < sessions; session++) {
      const problem = await tryCurl(protocol, port, password, 5000);
      if (problem !== undefined) throw new Error(`${protocol}: ${problem}`);
    }
    await sleep(TRAIL);
    tcpdump.kill('SIGINT');
    await once(tcpdump, 'exit');
    if (/^0 packets dropped by kernel/m.test(await words)) return capture;
    if (tries === 3) throw new Error(`tcpdump is too slow: ${await words}`);
  }
}

/** Has one session of curl, of so many milliseconds at most. Says what is wrong, unless the origin answered as it should. */
export async function tryCurl(
  protocol: Protocol,
  port: number,
  password: boolean,
  timeout: number,
): Promise<string | undefined> {
  const target = `${HIDES_ANSWER.has(protocol) ? 'https' : 'http'}:${TARGET}`;
  const account = password ? ['--proxy-user', `${USER}:${PASSWORD}`] : [];
  const args = ['-sS', '-o', '/dev/null', '-m', `${timeout / 1000}`, '-w', '%{http_code}', ...account];
  try {
    const { stdout } = await promisify(execFile)('curl', [
      ...args,
      ...PROTOCOLS[protocol],
      `127.0.0.1:${port}`,
      target,
    ]);
    return stdout === '204' ? undefined : `curl was answered ${stdout}`;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

/** The rules of the one check that the program prints for a capture, told which of HAProxy's checkers to use. */
export async function deriveRules(capture: string, checker: Form['checker']): Promise<string[]> {
  const analysis = await analyze({ paths: [capture], form: { ...DEFAULT_FORM, checker } });
  const [reason] = withheldFrom(analysis).values();
  if (reason !== undefined) throw new Error(reason);
  if (analysis.checks.length !== 1) {
    const why = analysis.setAside.map(({ reason }) => reason).join('; ');
    throw new Error(`${analysis.checks.length} checks: ${why}`);
  }
  return emitHaproxy(analysis)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
