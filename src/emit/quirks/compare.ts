import type { CaptureFiles } from '../../capture/frame.ts';
import { QUIRKS, type QuirkCode } from '../../dialogue/quirks.ts';
import type { ServerSheet } from '../../dialogue/sheet.ts';
import type { Fit, FitVerdict } from '../../proof/fit.ts';
import { jsonText } from '../json.ts';
import type { Paint } from '../paint.ts';
import { sectionText } from './markdown.ts';
import type { Section } from './sections.ts';
import { sectionLines } from './text.ts';

/** Servers side by side, and the checks that fit them. */
export interface Comparison {
  readonly sheets: readonly ServerSheet[];
  readonly fits: readonly Fit[];
}

/** The comparison as text. */
export const emitComparison = (comparison: Comparison, paint: Paint): string =>
  sectionsOf(comparison)
    .map((section) =>
      sectionLines(section, paint)
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('\n');

/** The comparison as Markdown. */
export const emitComparisonMarkdown = (comparison: Comparison): string =>
  sectionsOf(comparison).map(sectionText).join('\n');

/** The comparison as JSON, documented in docs/json.md. */
export function emitComparisonJson({ sheets, fits }: Comparison, files: CaptureFiles): string {
  const names = sheets.map(({ name }) => name);
  return jsonText({
    servers: names,
    behaviors: behaviorsOf(sheets).map(({ what, cells }) => ({
      what,
      servers: Object.fromEntries(cells.map((cell, at) => [names[at], cell])),
    })),
    checks: fits.map(({ check, verdicts, fitsAll }) => ({
      title: check.title,
      layers: check.layers,
      stream: check.samples[0]?.stream ?? null,
      frame: frameOf(check, files),
      fits_all: fitsAll,
      servers: verdicts.map(({ server, up, step, comment, status }) => ({
        server,
        up: up ?? null,
        status: status ?? null,
        step: step ?? null,
        comment: comment ?? null,
      })),
    })),
  });
}

const frameOf = ({ samples }: Fit['check'], files: CaptureFiles): number | string | null => {
  const frame = samples[0]?.frames[0];
  return frame === undefined ? null : files.referenceTo(frame);
};

function sectionsOf({ sheets, fits }: Comparison): Section[] {
  const names = sheets.map(({ name }) => name);
  return [
    {
      title: 'Behavior by server',
      kind: 'table',
      columns: [...names, 'behavior'],
      rows: behaviorsOf(sheets).map(({ what, cells }) => [...cells, what]),
    },
    { title: conclusionOf(fits), kind: 'items', items: fits.map(fitItem) },
  ];
}

interface Behavior {
  readonly what: string;
  readonly cells: readonly string[];
}

/** What any of the servers speaks, answers or is odd in, and how often each of them does. */
function behaviorsOf(sheets: readonly ServerSheet[]): Behavior[] {
  const spoken = union(sheets.map((sheet) => sheet.spoken.map(({ what }) => what))).map((what) => ({
    what,
    cells: sheets.map((sheet) => {
      const way = sheet.spoken.find((each) => each.what === what);
      return way === undefined ? '-' : `${way.granted}/${way.dialogues}`;
    }),
  }));
  const answers = union(sheets.map((sheet) => sheet.answers.map(answerKey))).map((what) => ({
    what,
    cells: sheets.map((sheet) => {
      const count = sheet.answers.reduce((sum, answer) => (answerKey(answer) === what ? sum + answer.count : sum), 0);
      return count === 0 ? '-' : String(count);
    }),
  }));
  const present = union(sheets.map((sheet) => sheet.quirks.map(({ code }) => code)));
  const codes = (Object.keys(QUIRKS) as QuirkCode[]).filter((code) => present.includes(code));
  const quirks = codes.map((code) => ({
    what: code,
    cells: sheets.map((sheet) => {
      const quirk = sheet.quirks.find((each) => each.code === code);
      return quirk === undefined ? '-' : `${quirk.dialogues}/${quirk.of}`;
    }),
  }));
  return [...spoken, ...answers, ...quirks];
}

const answerKey = ({ cause, answer }: ServerSheet['answers'][number]): string => `${cause ?? '?'}: ${answer}`;

const union = <Value>(lists: readonly (readonly Value[])[]): Value[] => [...new Set(lists.flat())];

function conclusionOf(fits: readonly Fit[]): string {
  if (fits.length === 0) return 'No dialogue succeeded: there is no check to compare';
  const all = fits.filter(({ fitsAll }) => fitsAll);
  if (all.length === 0) return 'No check fits all servers';
  const which = all.map(({ check }) => `tcp.stream ${check.samples[0]?.stream}`);
  return `One check fits all servers: that of ${which.join(', or of ')}`;
}

function fitItem({ check, verdicts, fitsAll }: Fit) {
  const [sample] = check.samples;
  const head = `${check.title} (tcp.stream ${sample?.stream}, ${check.layers.join(' > ')})${fitsAll ? ': fits all' : ''}`;
  return { head, lines: verdicts.map(verdictText) };
}

function verdictText({ server, up, step, comment, status }: FitVerdict): string {
  if (up === undefined) return `${server}: not known, none of its dialogues succeeded`;
  return up ? `${server}: up` : `${server}: down at step ${step}, ${comment} (${status})`;
}
