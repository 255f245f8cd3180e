import { any, hasOneLength, hexRegex, literal, oneOf, type Pattern, type PatternPart, textRegex } from './pattern.ts';

/**
 * What shows at once that a message is not as wanted, where the messages before it have no fixed length: whatever form they take, a byte
 * behind them that cannot be. HAProxy judges it again with all that comes (`expect !`). Undefined where no expression says it exactly.
 */
export function unwantedBehind(before: Pattern, wanted: readonly Pattern[], text: boolean): Pattern | undefined {
  const exact = exactForms(before);
  const other = exact && otherThan(rowsOf(wanted));
  if (exact === undefined || other === undefined) return undefined;
  const pattern = [...exact, ...other];
  if (text && textRegex(pattern) !== undefined) return pattern;
  // In hex text lines match more than they mean: a byte that cannot be would be found where it is none.
  return pattern.some(({ kind }) => kind === 'lines') ? undefined : pattern.map(exactly);
}

function exactly(part: PatternPart): PatternPart {
  if (part.kind === 'any number of') return { ...part, patterns: part.patterns.map((each) => each.map(exactly)) };
  return part.kind === 'rest of head' ? { ...part, exact: true } : part;
}

/** The pattern without the forms whose end is not known; undefined where none is left. */
function exactForms(pattern: Pattern): Pattern | undefined {
  const exact: PatternPart[] = [];
  for (const part of pattern) {
    if (part.kind === 'at least') return undefined;
    if (part.kind !== 'one of') exact.push(part);
    else {
      const forms = part.patterns.flatMap((each) => [exactForms(each) ?? []].filter(({ length }) => length > 0));
      if (forms.length === 0) return undefined;
      exact.push(...oneOf(forms));
    }
  }
  return exact;
}

/** A byte, or any. */
type Row = readonly (number | undefined)[];

/** Every way to satisfy one of the patterns; none where that cannot be said of all of them. */
function rowsOf(patterns: readonly Pattern[]): Row[] {
  const rows = patterns.map(byteRows);
  return rows.some(({ length }) => length === 0) ? [] : rows.flat();
}

/** Every way to satisfy a pattern of one length, byte by byte; none where a part says more than bytes can. */
function byteRows(pattern: Pattern): Row[] {
  if (!hasOneLength(pattern)) return [];
  let rows: Row[] = [[]];
  for (const part of pattern) {
    const ways = waysOf(part);
    if (ways === undefined) return [];
    rows = rows.flatMap((row) => ways.map((way) => [...row, ...way]));
  }
  return rows;
}

function waysOf(part: PatternPart): Row[] | undefined {
  if (part.kind === 'literal') return [[...part.bytes]];
  if (part.kind === 'any') return [Array<undefined>(part.length).fill(undefined)];
  if (part.kind === 'one of') return part.patterns.flatMap(byteRows);
  if (part.kind === 'halves')
    return [...part.high].flatMap((high) => [...part.low].map((low) => [Number.parseInt(high + low, 16)]));
  return undefined;
}

/** Bytes that no row begins with; undefined where any byte will do. */
function otherThan(rows: readonly Row[]): Pattern | undefined {
  const [first] = rows;
  if (first === undefined || first.length === 0) return undefined;
  if (rows.some(([byte]) => byte === undefined)) {
    const rest = otherThan(rows.map((row) => row.slice(1)));
    return rest && [any(1), ...rest];
  }
  const bytes = [...new Set(rows.map(([byte]) => byte as number))].sort((a, b) => a - b);
  const deeper = new Map<string, { rest: Pattern; behind: number[] }>();
  for (const byte of bytes) {
    const rest = otherThan(rows.filter(([each]) => each === byte).map((row) => row.slice(1)));
    if (rest === undefined) continue;
    const same = deeper.get(hexRegex(rest));
    if (same !== undefined) same.behind.push(byte);
    else deeper.set(hexRegex(rest), { rest, behind: [byte] });
  }
  return oneOf([
    [{ kind: 'other byte', than: Uint8Array.from(bytes) }],
    ...[...deeper.values()].map(({ rest, behind }) => [...oneOf(behind.map((byte) => [literal(byte)])), ...rest]),
  ]);
}
