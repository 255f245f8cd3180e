export { type AnalyzeOptions, analyze, type Progress } from './analyze.ts';
export { CaptureError, type Warning } from './capture/warning.ts';
export type { Aim } from './check/aim.ts';
export type { Check } from './check/check.ts';
export type { Step } from './check/step.ts';
export type { Dialogue } from './dialogue/dialogue.ts';
export type { Analysis, Row, SetAside } from './emit/analysis.ts';
export { HaproxyLimitError } from './emit/haproxy/rules.ts';
export { type Comparison, compareDialogues } from './fixture/compare.ts';
export type { Difference } from './fixture/difference.ts';
export { FixtureError } from './fixture/read.ts';
export type { FixtureJson } from './fixture/schema.ts';
export { fixtureText, toFixture } from './fixture/write.ts';
export {
  composeCheck,
  emitHaproxy,
  faultsOf,
  parseFixture,
  proveCheck,
  readCapture,
  type ServeFixtureOptions,
  serveFixture,
  verifyCheck,
} from './library.ts';
export type { Form } from './proof/form.ts';
export type { Proof } from './proof/prove.ts';
export { FormError } from './proof/script.ts';
export type { LiveVerdict, Target } from './replay/live.ts';
export type { ServedFixture } from './replay/serve.ts';
