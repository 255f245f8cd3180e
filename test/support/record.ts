import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Milliseconds for the last packets to reach tcpdump. */
const TRAIL = 200;

/** Records to a file what a curl with these arguments says to a port of this machine. Returns what curl printed; throws when it fails. */
export async function recordCurl(capture: string, port: number, curl: readonly string[]): Promise<string> {
  const options = ['-Z', 'root', '-i', 'lo', '-s', '0', '-U', '--immediate-mode', '-w', capture];
  const tcpdump = spawn('tcpdump', [...options, `tcp port ${port}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    await once(tcpdump.stderr, 'data'); // "listening on lo"
    const { stdout } = await promisify(execFile)('curl', ['-sS', '-o', '/dev/null', '-m', '5', ...curl], { env: {} });
    await sleep(TRAIL);
    return stdout;
  } finally {
    const ended = once(tcpdump, 'exit');
    tcpdump.kill('SIGINT');
    await ended;
  }
}
