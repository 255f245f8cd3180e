import { expect, test } from 'vitest';
import { type ShownDialogue, shownDialogue } from '../../../src/emit/report/masked.ts';
import { overlayOf } from '../../../src/emit/report/overlay.ts';
import { dialogueOf } from '../../support/derive.ts';
import { Talk } from '../../support/wire.ts';

const answered = (reply: string): ShownDialogue => {
  const talk = new Talk().handshake().client('GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n').server(reply);
  return shownDialogue(dialogueOf(talk), new Set(), false);
};
const said = (one: string, other: string) => [answered(one), answered(other)] as const;
const texts = (overlay: ReturnType<typeof overlayOf>) =>
  overlay.variations.map(({ name, values }) => [
    name,
    ...values.map(({ bytes }) => bytes && Buffer.from(bytes).toString('latin1')),
  ]);

test('bytes that differ are found field by field, and what is longer moves nothing behind it', () => {
  const overlay = overlayOf(
    said(
      'HTTP/1.1 204 No Content\r\nAge: 7\r\nDate: 1\r\nVia: a\r\n\r\n',
      'HTTP/1.1 204 No Content\r\nAge: 12\r\nDate: 2\r\nVia: a\r\n\r\n',
    ),
    1,
  );
  expect(texts(overlay)).toEqual([
    ['Age', 'Age: 7\r\n', 'Age: 12\r\n'],
    ['Date', 'Date: 1\r\n', 'Date: 2\r\n'],
  ]);
  const varying = overlay.varies.flatMap((varies, at) => (varies ? [at] : []));
  // All of Age, whose lengths differ; of Date the one byte.
  expect(varying).toEqual([25, 26, 27, 28, 29, 30, 31, 32, 39]);
});

test('a field that a sample lacks, and one that only another has', () => {
  const overlay = overlayOf(said('HTTP/1.1 204 A\r\nAge: 7\r\n\r\n', 'HTTP/1.1 204 A\r\nVia: a\r\n\r\n'), 1);
  expect(texts(overlay)).toEqual([
    ['Age', 'Age: 7\r\n', undefined],
    ['Via', undefined, 'Via: a\r\n'],
  ]);
});

test('secrets are not compared', () => {
  const overlay = overlayOf(
    said('HTTP/1.1 204 A\r\nSet-Cookie: a=1\r\n\r\n', 'HTTP/1.1 204 A\r\nSet-Cookie: a=2\r\n\r\n'),
    1,
  );
  expect(overlay.variations).toEqual([]);
  expect(overlay.varies).not.toContain(true);
});
