import { describe, expect, test } from 'vitest';
import { placeOn } from '../../../src/emit/report/axis.ts';
import { arrowIn, diagramOf } from '../../../src/emit/report/diagram.ts';
import { eventsOf } from '../../../src/emit/report/events.ts';
import { dialogueOf } from '../../support/derive.ts';
import { CASES } from '../../support/fixtures.ts';
import { dialoguesIn } from '../../support/report.ts';
import { hex, Talk } from '../../support/wire.ts';

describe.each(CASES)('$name', ({ capture }) => {
  test('has its moments to scale, in order, and rows that do not overlap', async () => {
    for (const dialogue of await dialoguesIn(capture)) {
      const { rows, bands, axis, origin, height } = diagramOf(dialogue);
      let [end, moment] = [0, 0];
      for (const row of rows) {
        expect(row.top).toBeGreaterThanOrEqual(end);
        end = row.top + row.height;
        if (row.kind !== 'event' || row.moment === undefined) continue;
        expect(row.moment).toBeGreaterThanOrEqual(moment);
        moment = row.moment;
        expect(row.moment).toBeCloseTo(origin + placeOn(axis, row.event.time as number), 6);
        // Room for what is said is made below the moment, never above it.
        expect(row.top + arrowIn(row.event)).toBeGreaterThanOrEqual(row.moment - 1e-6);
      }
      expect(height).toBeGreaterThan(end);
      for (const { depth, top, bottom } of bands) {
        expect(bottom).toBeGreaterThan(top);
        const within = bands.filter((band) => band.kind === 'tunnel' && band.depth === depth - 1);
        if (depth > 0) expect(within.some((band) => band.top < top && band.bottom >= bottom)).toBe(true);
      }
    }
  });
});

const open = () =>
  new Talk().handshake().client(hex('05 01 00')).server(hex('05 00')).client(hex('05 01 00 01 0a000001 0050'));

describe('a diagram', () => {
  test('nests the protocol that a tunnel holds inside the tunnel', () => {
    const talk = open()
      .server(hex('05 00 00 01 00000000 06b5'))
      .client('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      .server('HTTP/1.1 204 No Content\r\n\r\n');
    const { rows } = diagramOf(dialogueOf(talk));
    const headings = rows.flatMap((row) => (row.kind === 'heading' ? [`${row.depth} ${row.label}`] : []));
    expect(headings).toEqual(['0 SOCKS5 handshake', '0 tunnel to 10.0.0.1:80', '1 HTTP']);
  });

  test('says where the axis leaves out a silence', () => {
    const talk = open();
    talk.segment('server', { flags: 0x18, payload: hex('05 05 00 01 00000000 0000'), time: 60_000_000 });
    const { rows } = diagramOf(dialogueOf(talk));
    const [silence] = rows.flatMap((row) => (row.kind === 'break' ? [row.silence] : []));
    expect(silence).toBeGreaterThan(59_990);
  });

  test('shows segment by segment what came in many, and says how many it leaves out', () => {
    const talk = open().server('x'.repeat(100), 1);
    const all = eventsOf(dialogueOf(talk)).filter(({ kind }) => kind === 'segment');
    const { rows } = diagramOf(dialogueOf(talk));
    const [left] = rows.flatMap((row) => (row.kind === 'omission' ? [row.count] : []));
    expect(all).toHaveLength(103);
    expect(left).toBeGreaterThan(50);
    expect(rows.length).toBeLessThan(60);
  });

  test('shows what the capture lacks', () => {
    const talk = open().server('HTTP/1.1 204 No Content\r\n\r\n', 5);
    const lossy = talk.segments.filter(({ payload }, at) => payload.length !== 5 || at % 4 !== 0);
    const gaps = eventsOf(dialogueOf(lossy)).filter(({ kind }) => kind === 'gap');
    expect(gaps.map(({ title }) => title)).toContainEqual(expect.stringMatching(/^bytes [0-9]+-[0-9]+ missing$/));
  });
});
