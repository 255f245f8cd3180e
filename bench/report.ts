import type { Measured } from './measure.ts';
import { NAME } from './rounds.ts';

export interface Result {
  readonly title: string;
  readonly base: string;
  readonly measured: readonly Measured[];
}

/** What is wanted, and what came out. */
export interface Target {
  readonly wanted: string;
  readonly found: number;
  readonly reached: boolean;
}

/** The results as a table in Markdown; behind each time how many times that of the round's base it is. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.flatMap(({ title, base, measured }) => {
    const unit = measured.find(({ name }) => name === base);
    const times = (one: number | undefined, other: number | undefined) => over(one, other)?.toFixed(2) ?? '-';
    return measured.map(({ name, seconds, cpuSeconds, memory }, at) => [
      at === 0 ? title : '',
      name,
      seconds.toFixed(2),
      times(seconds, unit?.seconds),
      cpuSeconds?.toFixed(2) ?? '-',
      times(cpuSeconds, unit?.cpuSeconds),
      memory?.toFixed(0) ?? '-',
    ]);
  });
  return table(['capture', 'what', 's', 'times', 'CPU s', 'times', 'MB'], rows);
}

/** The targets of docs/performance.md, as far as their contestants ran. */
export function targetsOf(results: readonly Result[]): Target[] {
  const of = (title: string, name: string) =>
    results.find((result) => result.title === title)?.measured.find((each) => each.name === name);
  const short = (name: string) => of('short, 24 MB', name);
  const bulk = (name: string) => of('bulk, 1 GB', name);
  const long = of('short, 480 MB', NAME.main);
  const start = (name: string) => of('start', name)?.seconds;
  const main = short(NAME.main);
  const peak = Math.max(...results.flatMap(({ measured }) => measured.filter(isOwn).map(({ memory = 0 }) => memory)));
  const targets: [wanted: string, found: number | undefined, most: number][] = [
    ['short: at most 2.2 times a bare pcap-parser pass', over(main?.seconds, short(NAME.bare)?.seconds), 2.2],
    ['bulk: at most 1.5 times a bare pcap-parser pass', over(bulk(NAME.main)?.seconds, bulk(NAME.bare)?.seconds), 1.5],
    ['short: at most a quarter of tshark', over(main?.seconds, short(NAME.conversations)?.seconds), 0.25],
    ['short: less than tcpflow', over(main?.seconds, short(NAME.tcpflow)?.seconds), 1],
    ['short: pcapng in no more time than pcap', over(short(NAME.ng)?.seconds, main?.seconds), 1],
    ['bulk: pcapng in no more time than pcap', over(bulk(NAME.ng)?.seconds, bulk(NAME.main)?.seconds), 1],
    ['short: 480 MB in at most 22 times the time of 24 MB', over(long?.seconds, main?.seconds), 22],
    ['peak memory of any run: at most 150 MB', peak > 0 ? peak : undefined, 150],
    ['short: memory over 480 MB at most 1.2 times that over 24 MB', over(long?.memory, main?.memory), 1.2],
    ['4 KB: at most 2.2 times node -e 0', over(start('main job, 4 KB'), start(NAME.node)), 2.2],
  ];
  return targets.flatMap(([wanted, found, most]) =>
    found === undefined ? [] : [{ wanted, found, reached: found <= most }],
  );
}

const isOwn = ({ name }: Measured): boolean => name.startsWith('main job') || name === 'list';

const over = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one / other;

/** The targets as a table in Markdown. */
export const targetTable = (targets: readonly Target[]): string =>
  table(
    ['target', 'found', ''],
    targets.map(({ wanted, found, reached }) => [wanted, found.toFixed(2), reached ? 'reached' : 'not reached']),
  );

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
