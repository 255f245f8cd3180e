import type { Side } from '../../conversation/conversation.ts';
import type { Dialogue } from '../../dialogue/dialogue.ts';
import { HttpCheckRun } from '../../proof/http-model.ts';
import type { HttpCheck } from '../../proof/http-rule.ts';
import { passes } from '../../proof/model.ts';
import type { TcpRule } from '../../proof/rule.ts';
import type { Script } from '../../proof/script.ts';
import { haproxyRules } from '../haproxy/rules.ts';
import { needsOf } from './needs.ts';

/** A send of a script and the bytes of the dialogue that it repeats; offsets are of the client's stream. */
interface DrawnSend {
  readonly step: number;
  readonly start: number;
  readonly end: number;
}

/** An expect of a script and the bytes of the dialogue that it judges; offsets are of the server's stream. */
export interface DrawnExpect {
  readonly step: number;
  /** The rule as HAProxy reads it. */
  readonly rule: string;
  /** `expect !`: where it matches the check fails. */
  readonly unwanted: boolean;
  readonly start: number;
  /** One of `NEED` for each byte that it needs; none where it is unwanted. */
  readonly needs: Uint8Array;
}

/** The steps of a script over the bytes of a dialogue. */
export interface DrawnScript {
  readonly sends: readonly DrawnSend[];
  readonly expects: readonly DrawnExpect[];
}

export const NOTHING_DRAWN: DrawnScript = { sends: [], expects: [] };

/** Finds what each step of a script sends and judges in the dialogue that it was derived from. What is not there is not drawn. */
export function drawnOver(dialogue: Dialogue, script: Script): DrawnScript {
  const lines = haproxyRules(script).slice(1);
  return script.kind === 'tcp-check' ? tcpOver(dialogue, script.rules, lines) : httpOver(dialogue, script.http, lines);
}

function tcpOver({ conversation, turns }: Dialogue, rules: readonly TcpRule[], lines: readonly string[]): DrawnScript {
  const [client, server] = [bytesOf(conversation, 'client'), bytesOf(conversation, 'server')];
  const sends: DrawnSend[] = [];
  const expects: DrawnExpect[] = [];
  let sent = 0;
  // What the server says by itself comes before any send.
  let reply = turns.find(({ side }) => side === 'server');
  for (const [at, rule] of rules.entries()) {
    const step = at + 1;
    if (rule.kind === 'send') {
      const start = client.indexOf(Buffer.from(rule.bytes), sent);
      if (start === -1) break;
      sent = start + rule.bytes.length;
      sends.push({ step, start, end: sent });
      const turn = turns.findIndex((each) => each.side === 'client' && each.start < sent && sent <= each.end);
      reply = turns.slice(turn + 1).find(({ side }) => side === 'server');
    } else if (rule.kind === 'expect' && reply !== undefined) {
      const { start } = reply;
      const needs = rule.inverse
        ? new Uint8Array(0)
        : needsOf((received) => passes(rule, received), server.subarray(start));
      if (needs !== undefined) expects.push({ step, rule: lines[at] as string, unwanted: rule.inverse, start, needs });
    }
  }
  return { sends, expects };
}

/** `HTTP/1.1 204`: an expect of http-check looks at nothing else, as long as it is about the status. */
const STATUS_LENGTH = 12;

function httpOver({ layers, conversation }: Dialogue, check: HttpCheck, lines: readonly string[]): DrawnScript {
  const { messages, outcome } = layers.at(-1) as Dialogue['layers'][number];
  const answer = messages.findIndex(
    ({ side, start }) => outcome.kind === 'answered' && side === 'server' && start === outcome.place.offset,
  );
  const response = messages[answer];
  const request = messages.slice(0, Math.max(answer, 0)).findLast(({ side }) => side === 'client');
  if (response === undefined || request === undefined) return NOTHING_DRAWN;
  const bytes = bytesOf(conversation, 'server').subarray(response.start, response.end);
  const head = bytes.subarray(STATUS_LENGTH);
  return {
    sends: [{ step: 2, start: request.start, end: request.end }],
    expects: check.expect.flatMap((expect, at): DrawnExpect[] => {
      const matches = (received: Uint8Array) =>
        answers({ ...check, expect: [expect] }, Buffer.concat([received, head]));
      const needs = expect.inverse ? new Uint8Array(0) : needsOf(matches, bytes.subarray(0, STATUS_LENGTH));
      const [step, rule] = [at + 3, lines[at + 2] as string];
      return needs === undefined ? [] : [{ step, rule, unwanted: expect.inverse, start: response.start, needs }];
    }),
  };
}

/** What the model of HAProxy says of a reply that is all there. */
function answers(check: HttpCheck, reply: Uint8Array): boolean {
  const transport = { connect: () => {}, send: () => {}, arrived: () => ({ bytes: [reply], ending: 'FIN' as const }) };
  return new HttpCheckRun(check, transport).advance()?.status === 'L7OK';
}

function bytesOf(conversation: Dialogue['conversation'], side: Side): Buffer {
  const { bytes } = conversation[side].bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
