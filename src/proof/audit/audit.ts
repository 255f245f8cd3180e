import { addressBytes, addressText } from '../../bytes/address.ts';
import type { Check } from '../../check/check.ts';
import { protocolLabel } from '../../dialogue/layer.ts';
import { formatEndpoint } from '../../packet/segment.ts';
import type { ConfiguredCheck, ConfiguredServer, PlacedRule, Remark } from '../configured.ts';
import { type Proof, type ProofRow, proveCheck } from '../prove.ts';
import type { Script } from '../script.ts';
import { type Asked, compareRequests, protocolOf, sentBy } from './asked.ts';
import { explainHttp } from './explain-http.ts';
import { TcpExplainer } from './explain-tcp.ts';
import { type Explanation, type Fault, foldFaults } from './fault.ts';

/** A configured check, and what it is worth on the captured server. */
export interface AuditedCheck {
  readonly configured: ConfiguredCheck;
  /** The captured dialogues that it is judged by. */
  readonly check: Check | undefined;
  /**
   * `right` about every server; `faulty`; it asks `otherwise` than was captured of the same server, so that its answers are not known;
   * or `unknown`: it cannot be judged, for the reasons given.
   */
  readonly verdict: 'right' | 'faulty' | 'otherwise' | 'unknown';
  readonly faults: readonly Fault[];
  readonly reasons: readonly Remark[];
  /** What is worth knowing, or was assumed. */
  readonly remarks: readonly Remark[];
  /** How many servers it was tried against. */
  readonly tried: { readonly twins: number; readonly variants: number };
}

/** A captured dialogue that a check may belong to. */
interface Candidate {
  readonly check: Check;
  readonly sameServer: boolean;
  readonly asked: Asked;
}

/**
 * Judges a configured check by the captured dialogues that it belongs to: those with its servers, or else those with servers that speak what it sends.
 * `chosen`: the user says that it belongs to the capture, whatever it sends.
 */
export function auditCheck(
  configured: ConfiguredCheck,
  checks: readonly Check[],
  scripts: ReadonlyMap<Check, Script>,
  chosen: boolean,
): AuditedCheck {
  const nothing = {
    configured,
    check: undefined,
    faults: [],
    remarks: configured.remarks,
    tried: { twins: 0, variants: 0 },
  };
  const unknown = (...reasons: Remark[]): AuditedCheck => ({ ...nothing, verdict: 'unknown', reasons });
  const { checker, line, unknown: doubts } = configured;
  if (checker.kind === 'other')
    return unknown({ line: checker.line, text: `${checker.option} is a checker of its own, which is not judged here` });
  if (checker.kind === 'http-check' && checker.http === undefined)
    return { ...nothing, verdict: 'faulty', reasons: [], faults: [nothingSent(checker.line)] };
  if (doubts.length > 0) return unknown(...doubts);
  const candidate = bestOf(candidatesFor(configured, checks, chosen));
  if (candidate === undefined) return unknown({ line, text: notCaptured(configured) });
  const { check, asked, sameServer } = candidate;
  if (check.lacks.length > 0) return unknown({ line, text: 'what the capture has of its server is not all there' });
  if (asked.kind === 'otherwise') {
    const verdict = sameServer || chosen ? 'otherwise' : 'unknown';
    return { ...nothing, check, verdict, reasons: [asked.remark] };
  }
  const { faults, proof } = faultsOf(configured, asked, check, scripts.get(check));
  const assumed = asked.elsewhere;
  if (assumed !== undefined && answersOtherwise(proof, asked)) {
    const text = `${assumed.text}: what is answered to that is not in the capture, and it expects something else`;
    const verdict = sameServer || chosen ? 'otherwise' : 'unknown';
    return { ...nothing, check, verdict, reasons: [{ line: assumed.line, text }] };
  }
  const all = [...faults, ...tooShort(configured, check)];
  return {
    configured,
    check,
    verdict: all.length > 0 ? 'faulty' : 'right',
    faults: all,
    reasons: [],
    remarks: [
      ...configured.remarks,
      ...asked.remarks,
      ...inSegments(configured, asked.requestLengths),
      ...elsewhere(candidate, configured),
      ...shortTime(configured, check),
    ],
    tried: { twins: proof.twins.all, variants: proof.variants.all },
  };
}

/** Own http-check rules without a request, beside a request in the defaults (measured on 2.6.12: a connect, and then silence until the timeout). */
const nothingSent = (line: number): Fault => ({
  kind: 'down',
  line,
  why: 'nothing is ever sent: the http-check rules of the section replace those of its defaults, and the request of their option httpchk with them',
  count: 0,
  example: undefined,
});

function candidatesFor(configured: ConfiguredCheck, checks: readonly Check[], chosen: boolean): Candidate[] {
  const endpoints = new Set(configured.servers.map(endpointOf));
  const own = checks.filter(({ servers }) => servers.some((server) => endpoints.has(formatEndpoint(server))));
  const protocol = protocolOf(sentBy(configured));
  const alike = checks.filter(({ layers }) => layers.find((layer) => layer !== 'proxy-protocol') === protocol);
  const others = alike.length > 0 ? alike : chosen ? checks : [];
  return (own.length > 0 ? own : others).map((check) => ({
    check,
    sameServer: own.length > 0,
    asked: compareRequests(configured, check),
  }));
}

/** The dialogue that it fits best: asked the same, with the least assumed; or else the same for longest. */
function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const worth = ({ asked }: Candidate): number =>
    asked.kind === 'the same' ? 1000 + asked.requestLengths.length - 10 * asked.remarks.length : asked.requests;
  return candidates.toSorted((a, b) => worth(b) - worth(a))[0];
}

function endpointOf({ host = '', port = 0 }: ConfiguredServer): string {
  const bytes = addressBytes(host);
  return formatEndpoint({ address: bytes === undefined ? host : addressText(bytes), port });
}

function notCaptured(configured: ConfiguredCheck): string {
  const protocol = protocolOf(sentBy(configured));
  const { length } = configured.servers;
  const servers = length === 0 ? 'no server of it' : length === 1 ? 'its server' : 'none of its servers';
  const verb = length === 1 ? 'is not' : 'is';
  if (protocol === undefined)
    return configured.checker.kind === 'connect'
      ? `a TCP connect is all that is looked at, and ${servers} ${verb} in the capture`
      : `${servers} ${verb} in the capture, and what is sent is of no known protocol`;
  return `${servers} ${verb} in the capture, nor any other that speaks ${protocolLabel(protocol)}`;
}

/** Tries the check against every twin and variant; rows that the derived check loses too are no fault of this one. */
function faultsOf(
  configured: ConfiguredCheck,
  { requestLengths, replies }: Asked & { kind: 'the same' },
  check: Check,
  derived: Script | undefined,
): { faults: Fault[]; proof: Proof } {
  const judged = judgeOf(configured, requestLengths, replies);
  const proof = proveCheck(judged.script, replies, configured.timeout.milliseconds);
  const reference = derived && proveCheck(derived, replies, check.timeout * 1000).rows;
  const lost = proof.rows.filter(
    ({ result }, at) => result !== 'right' && (reference?.[at]?.result ?? 'right') === 'right',
  );
  return { faults: foldFaults(lost.map((row) => ({ row, explanation: judged.explain(row) }))), proof };
}

function judgeOf(
  configured: ConfiguredCheck,
  requestLengths: readonly number[],
  replies: Check['replies'],
): { script: Script; explain: (row: ProofRow) => Explanation } {
  const { checker, line, timeout } = configured;
  if (checker.kind === 'http-check' && checker.http !== undefined) {
    const audit = {
      http: checker.http,
      line: checker.line,
      expects: checker.expects,
      replies,
      timeout: timeout.milliseconds,
    };
    return {
      script: { kind: 'http-check', http: checker.http, caveats: [] },
      explain: (row) => explainHttp(audit, row),
    };
  }
  const rules: readonly PlacedRule[] =
    checker.kind === 'tcp-check'
      ? checker.rules
      : [{ line: (checker.kind === 'connect' ? checker.line : undefined) ?? line, rule: { kind: 'connect' } }];
  const explainer = new TcpExplainer({ rules, requestLengths, replies });
  return {
    script: { kind: 'tcp-check', rules: rules.map(({ rule }) => rule), requestLengths, why: undefined, caveats: [] },
    explain: (row) => explainer.explain(row),
  };
}

/** Does the check fail where the captured server gives the last answer, an HTTP response, which it was not asked for? */
function answersOtherwise({ rows }: Proof, { replies }: Asked & { kind: 'the same' }): boolean {
  const row = rows.find(({ name }) => name === 'as captured');
  const last = replies.at(-1) ?? [];
  if (row?.result !== 'wrong' || !last.some(({ observation }) => observation.kind === 'HTTP response')) return false;
  const answer = Buffer.concat(last.map(({ bytes }) => bytes));
  return Buffer.compare(answer.subarray(0, row.verdict.received.length), row.verdict.received) === 0;
}

/** A time that the captured server itself would not have kept. */
function tooShort({ timeout, line }: ConfiguredCheck, { measured }: Check): Fault[] {
  if (timeout.milliseconds >= measured.slowest) return [];
  return [
    {
      kind: 'down',
      line: timeout.line ?? line,
      why: `${timeout.option} is ${timeout.milliseconds} ms, and the slowest captured dialogue took ${measured.slowest.toFixed(1)} ms`,
      count: 0,
      example: undefined,
    },
  ];
}

/** A time that is shorter than the capture suggests. */
function shortTime({ timeout, line }: ConfiguredCheck, check: Check): Remark[] {
  const { milliseconds, option } = timeout;
  if (milliseconds >= check.timeout * 1000 || milliseconds < check.measured.slowest) return [];
  const how =
    timeout.line === undefined
      ? `there is no timeout check: ${option}, ${milliseconds} ms by default, is the limit`
      : `${option} is ${milliseconds} ms`;
  return [{ line: timeout.line ?? line, text: `${how}; the capture suggests timeout check ${check.timeout}s` }];
}

/** From 2.2 on every send is a segment of its own (2.6, 3.4). */
function inSegments(configured: ConfiguredCheck, requestLengths: readonly number[]): Remark[] {
  const sent = sentBy(configured);
  const remarks: Remark[] = [];
  let at = 0;
  for (const length of requestLengths) {
    const first = at;
    for (let sum = 0; sum < length && at < sent.length; at++) sum += sent[at]?.bytes.length ?? 0;
    const line = sent[first]?.line ?? configured.line;
    const last = sent[at - 1]?.line;
    if (at - first > 1)
      remarks.push({
        line,
        text: `lines ${line} to ${last} send one request, from 2.2 on in ${at - first} segments: a server that takes a segment for a message is taken for broken`,
      });
  }
  return remarks;
}

function elsewhere({ sameServer, check }: Candidate, { line, servers }: ConfiguredCheck): Remark[] {
  if (sameServer || servers.length === 0) return [];
  const judges = check.servers.map(formatEndpoint).slice(0, 3).join(', ');
  return [{ line, text: `its servers are not in the capture: it is judged by ${judges}, which speaks what it sends` }];
}
