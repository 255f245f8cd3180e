import { missingReply } from '../conversation/quirks.ts';
import { RESULT } from '../protocol/socks4/codes.ts';
import type { Socks4Reply } from '../protocol/socks4/message.ts';
import { METHOD, REPLY, STATUS_SUCCESS } from '../protocol/socks5/codes.ts';
import type { PasswordRequest, Reply } from '../protocol/socks5/message.ts';
import type { Dialogue } from './dialogue.ts';
import { evidenceOf, type QuirkEvidence } from './evidence.ts';
import type { Layer, Message, ProtocolName } from './layer.ts';
import type { QuirkCode, QuirkFinding } from './quirks.ts';

/** Values that are remembered to compare others with. */
const REMEMBERED = 200;

/** A quirk that shows when dialogues with one server are compared. */
export interface AcrossFinding {
  readonly code: QuirkCode;
  readonly evidence: QuirkEvidence;
}

/** Compares the dialogues with one server as they come. What it keeps does not grow with them. */
export class AcrossDialogues {
  readonly #first = new Map<string, string>();
  readonly #causes = new Map<string, { readonly label: string; told: boolean; readonly evidence: QuirkEvidence }>();
  readonly #passwords = new Map<string, string>();
  readonly #spoken = new Set<ProtocolName>();
  /** Dialogues in which no reply came, by protocol and by how they ended. */
  readonly #unanswered: { readonly protocol: ProtocolName; readonly finding: AcrossFinding }[] = [];
  #servesWithout = false;
  readonly #passwordTaken: AcrossFinding[] = [];

  /** Takes a dialogue in, the layer of which is what the server itself said. `cause` is the label that the user gave it. */
  add(dialogue: Dialogue, layer: Layer, cause: string | undefined): AcrossFinding[] {
    if (layer.messages.some(({ side }) => side === 'server')) this.#spoken.add(layer.protocol);
    else this.#noteSilence(dialogue, layer);
    const findings: QuirkFinding[] = [];
    for (const message of layer.messages) {
      if (message.kind === 'reply') findings.push(...this.#boundChanges(dialogue, message, layer.destination));
      if (message.kind === 'method selection') this.#noteMethod(dialogue, layer, message);
    }
    findings.push(...this.#passwordsAccepted(dialogue, layer));
    return [
      ...findings.map((finding) => ({ code: finding.code, evidence: evidenceOf(dialogue, finding) })),
      ...this.#sameAnswer(dialogue, layer, cause),
    ];
  }

  /** What is known only once all dialogues are in. */
  finish(): AcrossFinding[] {
    const others = this.#unanswered.filter(({ protocol }) => this.#spoken.size > 0 && !this.#spoken.has(protocol));
    return [...(this.#servesWithout ? this.#passwordTaken : []), ...others.map(({ finding }) => finding)];
  }

  #boundChanges(dialogue: Dialogue, reply: Reply | Socks4Reply, destination: string | undefined): QuirkFinding[] {
    const findings: QuirkFinding[] = [];
    const result = reply.protocol === 'socks5' ? reply.code : reply.result;
    const names = reply.protocol === 'socks5' ? (['BND.ADDR', 'BND.PORT'] as const) : (['DSTIP', 'DSTPORT'] as const);
    names.forEach((name, at) => {
      const field = reply.fields.find((each) => each.name === name);
      if (field === undefined) return;
      const { start, length } = field;
      const bytes = dialogue.conversation.server.bytes.bytes.subarray(start, start + length);
      const value = Buffer.from(bytes).toString('hex');
      const before = this.#remember(`${reply.protocol} ${result} ${destination} ${name}`, value);
      if (before === undefined || before === value) return;
      const code = `${reply.protocol}-bound-${at === 0 ? 'address' : 'port'}-changes` as const;
      findings.push({ code, side: 'server', offset: start, length, field: name, detail: `${before} before` });
    });
    return findings;
  }

  /** Returns what was remembered first. */
  #remember(key: string, value: string): string | undefined {
    const before = this.#first.get(key);
    if (before === undefined && this.#first.size < REMEMBERED) this.#first.set(key, value);
    return before;
  }

  #noteMethod(dialogue: Dialogue, layer: Layer, selection: Message & { kind: 'method selection' }): void {
    const greeting = layer.messages.find((message) => message.kind === 'greeting');
    const served = layer.messages.some((message) => message.kind === 'reply' && message.protocol === 'socks5');
    if (selection.method === METHOD.none && served) this.#servesWithout = true;
    if (selection.method !== METHOD.password || !greeting?.methods.includes(METHOD.none)) return;
    if (this.#passwordTaken.length >= REMEMBERED) return;
    const finding = { side: 'server', offset: selection.start + 1, length: 1, field: 'METHOD' } as const;
    const code = 'socks5-password-unneeded';
    this.#passwordTaken.push({ code, evidence: evidenceOf(dialogue, { ...finding, code }) });
  }

  #passwordsAccepted({ conversation }: Dialogue, { messages }: Layer): QuirkFinding[] {
    const sent = messages.find((message) => message.kind === 'password request');
    const status = messages.find((message) => message.kind === 'password status');
    if (sent === undefined || status?.status !== STATUS_SUCCESS) return [];
    const bytes = conversation.client.bytes.bytes;
    const [user, password] = [secretOf(bytes, sent, 'UNAME'), secretOf(bytes, sent, 'PASSWD')];
    const before = this.#passwords.get(user);
    if (before === undefined && this.#passwords.size < REMEMBERED) this.#passwords.set(user, password);
    if (before === undefined || before === password) return [];
    return [{ code: 'socks5-any-password', side: 'server', offset: status.start + 1, length: 1, field: 'STATUS' }];
  }

  /** Does one code answer causes that the user told apart? Told once a code, with the first of each cause. */
  #sameAnswer(dialogue: Dialogue, { messages }: Layer, cause: string | undefined): AcrossFinding[] {
    const failure = messages.findLast(isFailure);
    if (cause === undefined || failure === undefined) return [];
    const { code, value, detail, ...place } = failureOf(failure);
    const evidence = evidenceOf(dialogue, { code, side: 'server', ...place, detail: `${detail} for ${cause}` });
    const known = this.#causes.get(`${code} ${value}`);
    if (known === undefined) {
      if (this.#causes.size < REMEMBERED) this.#causes.set(`${code} ${value}`, { label: cause, told: false, evidence });
      return [];
    }
    if (known.label === cause) return [];
    const before = known.told ? [] : [{ code, evidence: known.evidence }];
    known.told = true;
    return [...before, { code, evidence }];
  }

  #noteSilence(dialogue: Dialogue, { protocol, messages }: Layer): void {
    if (messages.length === 0 || this.#unanswered.length >= REMEMBERED) return;
    const how = missingReply(dialogue.conversation, dialogue.conversation.client.bytes.length, 0);
    if (how === undefined) return;
    const code = how.kind === 'silence' ? 'server-silent-other-protocol' : 'server-closes-other-protocol';
    const finding = { code, side: 'server', offset: 0, length: 0, frame: how.frame, detail: protocol } as const;
    this.#unanswered.push({ protocol, finding: { code, evidence: evidenceOf(dialogue, finding) } });
  }
}

function secretOf(bytes: Uint8Array, { fields }: PasswordRequest, wanted: string): string {
  const field = fields.find(({ name }) => name === wanted);
  return field === undefined
    ? ''
    : Buffer.from(bytes.subarray(field.start, field.start + field.length)).toString('latin1');
}

type Failure = Extract<Message, { kind: 'reply' | 'response' }>;

const isFailure = (message: Message): message is Failure => {
  if (message.kind === 'response') return message.status >= 400;
  if (message.kind !== 'reply') return false;
  return message.protocol === 'socks5' ? message.code !== REPLY.succeeded : message.result !== RESULT.granted;
};

function failureOf(message: Failure) {
  const { start } = message;
  switch (message.protocol) {
    case 'http': {
      const { status } = message;
      const detail = String(status);
      return {
        code: 'http-same-status',
        value: status,
        detail,
        offset: start,
        length: 12,
        field: 'status line',
      } as const;
    }
    case 'socks5':
      return {
        code: 'socks5-same-reply-code',
        value: message.code,
        ...codeAt(message.code, start + 1, 'REP'),
      } as const;
    case 'socks4':
      return { code: 'socks4-same-result', value: message.result, ...codeAt(message.result, start + 1, 'CD') } as const;
  }
}

const codeAt = (value: number, offset: number, field: string) => ({
  detail: value.toString(16).padStart(2, '0'),
  offset,
  length: 1,
  field,
});
