import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../../src/bytes/printable.ts';
import { html, joined } from '../../../src/emit/report/html.ts';
import { readMarkup } from '../../support/markup.ts';

/** As the page is to show a text: what is invisible in it is written out, lines stay lines. */
const shown = (text: string): string => text.split('\n').map(printable).join('\n');

const HOSTILE = [
  '<script>alert(1)</script>',
  '</style>',
  ']]>',
  '<!--',
  '"><img src=x>',
  "' onload='",
  '&lt;',
  '\u202e',
  '\0',
];
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE), fc.string());

test('any string between tags stays text', () => {
  fc.assert(
    fc.property(fc.array(text), (parts) => {
      const hostile = parts.join('');
      const markup = readMarkup(String(html`<p>${hostile}</p>`));
      expect(markup).toEqual({ elements: [{ name: 'p', attributes: {} }], text: shown(hostile) });
    }),
    { numRuns: 1000 },
  );
});

test('any string in an attribute stays its value', () => {
  fc.assert(
    fc.property(fc.array(text), (parts) => {
      const hostile = parts.join('');
      const { elements } = readMarkup(String(html`<p id="${hostile}"></p>`));
      expect(elements).toEqual([{ name: 'p', attributes: { id: shown(hostile) } }]);
    }),
    { numRuns: 1000 },
  );
});

test('markup stays markup, and is not escaped twice', () => {
  const inner = html`<b>${'<'}</b>`;
  expect(String(html`<p>${[inner, 1, undefined, false, joined(['&', inner], ', ')]}</p>`)).toBe(
    '<p><b>&lt;</b>1&amp;, <b>&lt;</b></p>',
  );
});
