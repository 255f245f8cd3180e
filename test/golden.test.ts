import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../src/analyze.ts';
import type { Warning } from '../src/capture/warning.ts';
import type { Dialogue } from '../src/dialogue/dialogue.ts';
import { SheetCollector } from '../src/dialogue/sheets.ts';
import { emitCheckJson } from '../src/emit/check-json.ts';
import { emitHaproxy } from '../src/emit/haproxy/script.ts';
import { emitList, emitListJson } from '../src/emit/list.ts';
import { PLAIN } from '../src/emit/paint.ts';
import { emitQuirksJson } from '../src/emit/quirks/json.ts';
import { emitQuirks } from '../src/emit/quirks/text.ts';
import { emitShow, emitShowJson } from '../src/emit/show.ts';
import { nothingToDerive, wordsOn } from '../src/emit/words.ts';
import { fixtureText, toFixture } from '../src/fixture/write.ts';
import { CASES, type Case, FIXTURES } from './support/fixtures.ts';

/** Every emitter by the name of its golden; one that has nothing to say of a case writes no file. */
const ARTIFACTS: Record<string, (capture: string) => Promise<string>> = {
  'haproxy.cfg': async (capture) => emitHaproxy(await analyze({ paths: [capture] })),
  'check.json': async (capture) => emitCheckJson(await analyze({ paths: [capture] })),
  'words.txt': wordsFor,
  'quirks.txt': async (capture) => quirks(capture, (sheets, files) => emitQuirks(sheets, files, PLAIN)),
  'quirks.json': async (capture) => quirks(capture, emitQuirksJson),
  'list.txt': async (capture) => [...emitList(await analyze({ paths: [capture], rows: true }), PLAIN)].join(''),
  'list.json': async (capture) => [...emitListJson(await analyze({ paths: [capture], rows: true }))].join(''),
  'show.txt': async (capture) => shown(capture, (dialogue, files) => emitShow(dialogue, files, true, PLAIN)),
  'show.json': async (capture) => shown(capture, (dialogue, files) => emitShowJson(dialogue, files, true)),
};

async function wordsFor(capture: string): Promise<string> {
  const warnings: Warning[] = [];
  const analysis = await analyze({ paths: [capture], warn: (warning) => warnings.push(warning) });
  const lines = [
    ...warnings.map(({ code, message }) => `warning: ${message} (${code})`),
    ...wordsOn(analysis, { stream: undefined, artifact: 'script' }).map((words) =>
      words.kind === 'note' ? `note: ${words.text}` : `warning: ${words.text} (${words.code})`,
    ),
  ];
  if (analysis.checks.length === 0) lines.push(`error: ${nothingToDerive(analysis, {})}`);
  return lines.map((line) => `${line}\n`).join('');
}

async function quirks(capture: string, emit: (...args: Parameters<typeof emitQuirksJson>) => string): Promise<string> {
  const collector = new SheetCollector(100, new Set());
  const onDialogue = (dialogue: Dialogue) => collector.add(dialogue);
  const { files } = await analyze({ paths: [capture], proof: false, onDialogue });
  return emit(collector.finish().sheets, files);
}

async function shown(
  capture: string,
  emit: (...args: [...Parameters<typeof emitShowJson>]) => string,
): Promise<string> {
  const { dialogue, files } = await analyze({ paths: [capture], stream: 0, rows: true });
  if (dialogue === undefined) throw new Error('no conversation');
  return emit(dialogue, files, true);
}

describe.each(CASES)('$name', ({ capture, folder }: Case) => {
  test('says where it comes from', () => {
    const provenance = JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(provenance)).toEqual(expect.arrayContaining(['server', 'client', 'recorded']));
  });

  test('fixture.json', async () => {
    const { dialogues, files } = await analyze({ paths: [capture], dialogues: true, proof: false });
    const sha256 = createHash('sha256').update(readFileSync(capture)).digest('hex');
    const source = { name: basename(capture), sha256, frames: files.frames };
    await expect(fixtureText(toFixture(dialogues, source))).toMatchFileSnapshot(join(folder, 'fixture.json'));
  });

  test.each(Object.entries(ARTIFACTS))('%s', async (name, artifact) => {
    const golden = join(folder, 'expected', name);
    const text = await artifact(capture);
    if (text === '' && !existsSync(golden)) return;
    await expect(text).toMatchFileSnapshot(golden);
  });
});

/** What `|` means in a table. */
const cell = (text: unknown): string => String(text ?? '').replaceAll('|', '\\|');

test('fixtures/README.md names every case, with where it comes from', async () => {
  const rows = CASES.map(({ name, folder }) => {
    const { server, client, recorded } = JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    return `| [${name}](${name}) | ${cell(server)} | \`${cell(client)}\` | ${cell(recorded)} |`;
  });
  const text = [
    '# Cases',
    '',
    'A folder for each: the capture as it was recorded, `provenance.json`, `fixture.json` (its dialogues without their secrets), and in `expected/` what the',
    'program makes of it. `npm run golden` writes this page, the fixtures and what is expected.',
    '',
    '| case | server | client | recorded |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(join(FIXTURES, 'README.md'));
});
