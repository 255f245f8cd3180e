import { describe, expect, test } from 'vitest';
import type { Side } from '../../../src/conversation/conversation.ts';
import { readDialogue } from '../../../src/dialogue/dialogue.ts';
import { BYTE, type ShownDialogue, shownDialogue } from '../../../src/emit/report/masked.ts';
import { conversationOf, dialogueOf } from '../../support/derive.ts';
import { hex, Talk } from '../../support/wire.ts';

/** A side's text, with signs for what is not shown. */
const textOf = ({ captured, kinds }: ShownDialogue, side: Side): string => {
  const { bytes } = captured.conversation[side].bytes;
  const signs = { [BYTE.masked]: '•', [BYTE.lost]: '-' };
  return Array.from(bytes, (byte, at) => signs[kinds[side][at] as 1] ?? String.fromCharCode(byte)).join('');
};
const shown = (talk: Talk, keepSecrets = false) => shownDialogue(dialogueOf(talk), new Set(), keepSecrets);

/** The signs that placeholders are made of stand in it, too. */
const PASSWORD = 'xa;xxZt8';
const asking = () =>
  new Talk()
    .handshake()
    .client(
      `GET http://u:${PASSWORD}@a/?sid=${PASSWORD} HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic eDp4eHg=\r\n\r\n`,
    )
    .server(`HTTP/1.1 204 No Content\r\nSet-Cookie: id=1\r\nX-Echo: ${PASSWORD}.\r\n\r\n`);

describe('what of a dialogue is shown', () => {
  test('is all but the values of secrets, wherever these stand', () => {
    expect(textOf(shown(asking()), 'client')).toBe(
      'GET http://••••••••••@a/?sid=•••••••• HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic ••••••••\r\n\r\n',
    );
    expect(textOf(shown(asking()), 'server')).toBe(
      'HTTP/1.1 204 No Content\r\nSet-Cookie: ••••\r\nX-Echo: ••••••••.\r\n\r\n',
    );
  });

  test('is all where secrets are kept', () => {
    expect(textOf(shown(asking(), true), 'client')).toContain(`u:${PASSWORD}@`);
  });

  test('is nothing of a field of which a part was not captured, nor of what no message accounts for', () => {
    const talk = new Talk().handshake().client('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    talk.server('HTTP/1.1 204 No Content\r\nSet-Coo').server('kie: id=').server('1\r\n\r\n');
    const lossy = talk.segments.filter(({ payload }) => payload.toString() !== 'kie: id=');
    const text = textOf(shownDialogue(dialogueOf(lossy), new Set(), false), 'server');
    expect(text).toMatch(/^HTTP\/1\.1 204 No Content\r\nSet-Coo-{8}•+$/);
  });

  test('is read as deep as it was read before', () => {
    const talk = new Talk()
      .handshake()
      .client(hex('05 01 00'))
      .server(hex('05 00'))
      .client(hex('05 01 00 01 0a000001 0050'))
      .server(hex('05 00 00 01 00000000 06b5'))
      .client('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      .server('HTTP/1.1 204 No Content\r\n\r\n');
    for (const nesting of [1, 2, 8]) {
      const captured = readDialogue(conversationOf(talk), new Set(), nesting);
      const { dialogue } = shownDialogue(captured, new Set(), false);
      expect(dialogue.layers).toEqual(captured.layers);
      expect(dialogue.tooDeep).toBe(captured.tooDeep);
    }
  });
});
