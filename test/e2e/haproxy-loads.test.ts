import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CASES } from '../support/fixtures.ts';
import { describeWith, haproxyComplaints } from '../support/tools.ts';

describeWith(['haproxy'], 'haproxy -c -dW', () => {
  const scripts = CASES.map(({ name, folder }) => ({ name, script: goldenScript(folder) })).filter(
    ({ script }) => script !== '',
  );

  test('there are scripts to load', () => expect(scripts.length).toBeGreaterThan(10));

  // One script at a time: a section holds one check.
  const checks = scripts.flatMap(({ name, script }) =>
    script.split('\n\n').map((check, at) => ({ name: `${name} check ${at}`, check })),
  );
  test.each(checks)('loads $name', ({ check }) => expect(haproxyComplaints(check)).toBe(''));
});

function goldenScript(folder: string): string {
  try {
    return readFileSync(join(folder, 'expected', 'haproxy.cfg'), 'utf8');
  } catch {
    return '';
  }
}
