import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FIXTURES } from './support/fixtures.ts';
import { pictureOf } from './support/picture.ts';
import { onTerminal } from './support/terminal.ts';
import { describeWith } from './support/tools.ts';

const COLUMNS = 104;
const COMMANDS = ['capture2check list broken.pcap session.pcap', 'capture2check session.pcap'];

describeWith(['script', 'stty'], 'the picture in the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-picture-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const take = (name: string, as: string) => copyFileSync(join(FIXTURES, name, 'capture.pcap'), join(folder, as));
  take('socks5/dante-fail-refused-x3', 'broken.pcap');
  take('socks5/dante-socks5h-x3', 'session.pcap');

  test('is what the program shows', async () => {
    const scenes = COMMANDS.map((typed) => {
      const { code, shown } = onTerminal(`cd ${folder}; ${typed.replace('capture2check', '$c2c')}`, {
        columns: COLUMNS,
      });
      expect(code).toBe(0);
      return { typed, shown };
    });
    const picture = pictureOf(scenes, COLUMNS, 'capture2check lists what captures hold, and writes the health check');
    await expect(picture).toMatchFileSnapshot('../docs/terminal.svg');
  });
});
