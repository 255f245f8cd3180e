import { readdirSync, readFileSync } from 'node:fs';

/** The variable that tells of a process which server it belongs to. */
export const MARK = 'LAB_SERVER';

/** All processes of a server: the first, those that carry its mark (daemons keep it), and their descendants (which may have wiped it). */
export function processesOf(mark: string, first: number | undefined): number[] {
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const pid = Number(name);
      const [, state, parent] = /^\d+ \(.*\) (\S) (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? [];
      if (state === 'Z') continue; // ended, and only waited for
      parents.set(pid, Number(parent));
      if (pid === first || readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(`${MARK}=${mark}`))
        found.add(pid);
    } catch {
      // ended in between
    }
  }
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}
