import { toHex } from '../bytes/hex.ts';
import type { Check } from '../check/check.ts';
import { hexRegex, minLength } from '../check/pattern.ts';
import type { SendStep, Step } from '../check/step.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { Script } from '../proof/script.ts';
import type { Analysis } from './analysis.ts';
import { haproxyRules } from './haproxy/rules.ts';
import { DEFAULT_SCRIPT_STYLE, ruleStyle, type ScriptStyle } from './haproxy/style.ts';
import { jsonText } from './json.ts';

/** The checks as JSON: always an array. */
export function emitCheckJson(
  { checks, scripts, files, form }: Pick<Analysis, 'checks' | 'scripts' | 'files' | 'form'>,
  style: ScriptStyle = DEFAULT_SCRIPT_STYLE,
): string {
  const rules = ruleStyle(style, form);
  const value = checks.map((check) => {
    const script = scripts.get(check) as Script;
    const caveats = [...check.caveats, ...script.caveats];
    return {
      ...checkValue({ ...check, caveats }, style.environment !== undefined, (frame) => files.referenceTo(frame)),
      haproxy: haproxyRules(script, rules),
    };
  });
  return jsonText(value);
}

function checkValue(check: Check, masked: boolean, frame: (frame: number) => number | string) {
  const { servers, layers, destination, title, sampleCount, samples, measured, timeout, caveats, steps } = check;
  return {
    servers: servers.map(formatEndpoint),
    layers,
    destination: destination ?? null,
    title,
    samples: sampleCount,
    evidence: samples.map(({ stream, frames }) => ({ stream, frames: frames.map(frame) })),
    measured_ms: { fastest: measured.fastest, slowest: measured.slowest },
    timeout_check_s: timeout,
    caveats: caveats.map(({ message }) => message),
    steps: steps.map((step, at) => stepValue(step, at, masked)),
  };
}

function stepValue(step: Step, at: number, masked: boolean) {
  const { kind, comment } = step;
  switch (step.kind) {
    case 'connect':
      return { step: at + 1, kind, comment };
    case 'send':
      return {
        step: at + 1,
        kind,
        bytes: toHex(masked ? withoutSecrets(step) : step.bytes),
        secrets: [...new Set(step.secrets.map(({ name }) => name))],
        comment,
      };
    case 'expect':
      return {
        step: at + 1,
        kind,
        hex_regex: `^${hexRegex(step.pattern)}`,
        shortest: minLength(step.pattern),
        min_recv: step.minReceived ?? null,
        ...(step.unwanted && { unwanted: true }),
        comment,
      };
  }
}

/** What is sent, an asterisk for each byte of a secret. */
function withoutSecrets({ bytes, secrets }: SendStep): Uint8Array {
  const masked = Uint8Array.from(bytes);
  for (const { start, length } of secrets) masked.fill(ASTERISK, start, start + length);
  return masked;
}

const ASTERISK = 0x2a;
