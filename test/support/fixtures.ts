import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const FIXTURES = new URL('../../fixtures', import.meta.url).pathname;

export interface Case {
  /** `socks5/dante-socks5h-x3`. */
  readonly name: string;
  readonly folder: string;
  readonly capture: string;
}

/** Every case under fixtures/: a folder that holds a capture. */
export const CASES: readonly Case[] = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(^|\/)capture\.[^/]+$/.test(path))
  .sort()
  .map((path) => ({ name: join(path, '..'), folder: join(FIXTURES, path, '..'), capture: join(FIXTURES, path) }));

/** The capture of a case. Throws RangeError when there is no such case. */
export function captureOf(name: string): string {
  const found = CASES.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`there is no case ${name}`);
  return found.capture;
}
