import type { Check } from '../../check/check.ts';
import { withoutTokens } from '../../fixture/redact.ts';
import type { Script } from '../../proof/script.ts';
import { emitHaproxy, variablesOf } from '../haproxy/script.ts';
import { DEFAULT_SCRIPT_STYLE, type ScriptStyle } from '../haproxy/style.ts';
import { type Html, html } from './html.ts';
import { MAX_CHECKS, type ReportInput } from './report.ts';
import { clipped } from './words.ts';

/** How the script of a report is written: without secrets it takes them from HAProxy's environment, and runs as it stands. */
export const reportStyle = (keepSecrets: boolean): ScriptStyle => ({
  ...DEFAULT_SCRIPT_STYLE,
  environment: keepSecrets ? undefined : new Map(),
});

/** The scripts, each with a button that copies it. */
export function scriptsSection(input: ReportInput): Html | undefined {
  const { analysis, withheld } = input;
  const { checks } = analysis;
  if (checks.length === 0) return undefined;
  const shown = checks.slice(0, MAX_CHECKS);
  const several = checks.length > 1;
  return html`<section aria-labelledby="script"><h2 id="script">${several ? 'Scripts' : 'Script'}</h2>
${several && html`<p>Each goes into a section of its own.</p>`}
${shown.map((check, at) => {
  const reason = withheld.get(check);
  const heading = several && html`<h3>${at + 1}. ${clipped(check.title)}</h3>`;
  return html`${heading}${reason === undefined ? scriptHtml(check, at + 1, input) : html`<p class="warning">Withheld: ${reason}${!input.keepSecrets && check.lacks.length > 0 && '; --keep-secrets writes it all the same'}</p>`}`;
})}${checks.length > MAX_CHECKS && html`<p class="left-out">${checks.length - MAX_CHECKS} more checks are left out here: --server or --stream takes one.</p>`}
</section>`;
}

function scriptHtml(check: Check, number: number, { analysis, keepSecrets }: ReportInput): Html {
  const script = analysis.scripts.get(check) as Script;
  const masked = keepSecrets ? script : scriptWithoutTokens(script);
  const derived = { ...analysis, checks: [check], scripts: new Map([[check, masked]]) };
  const style = reportStyle(keepSecrets);
  const variables = variablesOf(derived, style);
  const id = `script-${number}`;
  const holds = check.steps.some((step) => step.kind === 'send' && step.secrets.length > 0);
  return html`${variables.length > 0 && html`<p>It holds no secret: HAProxy takes ${variables.join(', ')} from its environment when it starts (--secrets env).</p>`}
${keepSecrets && holds && html`<p class="warning">It holds the secrets of the capture.</p>`}
${masked !== script && html`<p class="warning">In place of a token stands xxxx: put it back before you use the script.</p>`}
<div class="script"><button type="button" data-copies="${id}" aria-live="polite" hidden>Copy</button><pre id="${id}" tabindex="0" aria-label="script"><code>${emitHaproxy(derived, style)}</code></pre></div>
`;
}

/** The script without tokens in queries; the same object where there are none. */
function scriptWithoutTokens(script: Script): Script {
  const text = (value: string) => Buffer.from(withoutTokens(Buffer.from(value, 'latin1'))).toString('latin1');
  if (script.kind === 'tcp-check') {
    let changed = false;
    const rules = script.rules.map((rule) => {
      if (rule.kind !== 'send') return rule;
      const bytes = withoutTokens(rule.bytes);
      changed ||= Buffer.compare(bytes, rule.bytes) !== 0;
      return { ...rule, bytes };
    });
    return changed ? { ...script, rules } : script;
  }
  const { send } = script.http;
  const line = `${send.method} ${send.uri} ${send.version}`;
  const lines = text([line, ...send.headers.map((header) => header.join(': '))].join('\n')).split('\n');
  const uri = (lines[0] as string).slice(send.method.length + 1, -(send.version.length + 1));
  const headers = send.headers.map(([name], at) => [name, (lines[at + 1] as string).slice(name.length + 2)] as const);
  if (uri === send.uri && headers.every(([, value], at) => value === send.headers[at]?.[1])) return script;
  return { ...script, http: { ...script.http, send: { ...send, uri, headers } } };
}
