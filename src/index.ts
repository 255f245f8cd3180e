export { type AnalyzeOptions, analyze } from './analyze.ts';
export { CaptureError, type Warning } from './capture/warning.ts';
export type { Check } from './check/check.ts';
export type { Step } from './check/step.ts';
export type { Analysis, Row, SetAside } from './emit/analysis.ts';
export { HaproxyLimitError } from './emit/haproxy/rules.ts';
export { emitHaproxy } from './emit/haproxy/script.ts';
