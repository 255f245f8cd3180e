import type { CaptureFiles } from '../../capture/frame.ts';
import { QUIRKS } from '../../dialogue/quirks.ts';
import type { ServerSheet } from '../../dialogue/sheet.ts';
import { jsonText } from '../json.ts';

/** Sheets as JSON: an array, documented in docs/json.md. */
export function emitQuirksJson(sheets: readonly ServerSheet[], files: CaptureFiles): string {
  const frameOf = (frame: number | undefined) => (frame === undefined ? null : files.referenceTo(frame));
  const value = sheets.map(({ name, endpoints, dialogues, spoken, answers, quirks, timings, example, unseen }) => ({
    server: name,
    endpoints,
    dialogues,
    speaks: spoken.map(({ what, granted, dialogues: asked }) => ({ what, taken: granted, asked })),
    answers: answers.map(({ cause, labeled, asked, answer, count, stream, frame }) => ({
      cause: cause ?? null,
      labeled,
      asked,
      answer,
      count,
      stream,
      frame: frameOf(frame),
    })),
    quirks: quirks.map(({ code, dialogues: shown, of, evidence }) => ({
      code,
      ...QUIRKS[code],
      dialogues: shown,
      of,
      evidence: evidence.map(({ stream, frame, side, offset, field, bytes, detail }) => ({
        stream,
        frame: frameOf(frame),
        side,
        offset,
        field: field ?? null,
        bytes,
        detail: detail ?? null,
      })),
    })),
    timings_ms: timings.map(({ step, n, min, median, p95 }) => ({
      step,
      n,
      min: rounded(min),
      median: rounded(median),
      p95: rounded(p95),
    })),
    dialogue:
      example === undefined
        ? null
        : {
            stream: example.stream,
            reason: example.reason,
            messages: example.messages.map(({ side, frame, time, title, length, bytes, quirks: codes }) => ({
              side,
              frame: frameOf(frame),
              ms: time === undefined ? null : rounded(time),
              title,
              length,
              bytes: bytes ?? null,
              quirks: codes,
            })),
            more: example.more,
            ending: example.ending,
          },
    not_shown: unseen,
  }));
  return jsonText(value);
}

/** Microseconds are as much as captures know. */
const rounded = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;
