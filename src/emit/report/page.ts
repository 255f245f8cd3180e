import { createHash } from 'node:crypto';
import { COPY_SCRIPT } from './copy-script.ts';
import { dialoguesSection } from './dialogues.ts';
import { Html, html } from './html.ts';
import { notesSection } from './notes.ts';
import { proofsSection } from './proofs.ts';
import { quirksSection } from './quirks.ts';
import { type ReportInput, scenesOf } from './report.ts';
import { scriptsSection } from './scripts.ts';
import { STYLESHEET } from './stylesheet.ts';
import { headlineOf, summarySection } from './summary.ts';

/** The report: one HTML file that needs nothing beside itself, and of which all but the copy button works without scripts. */
export function emitReport(input: ReportInput): string {
  const scenes = scenesOf(input);
  const headline = headlineOf(scenes);
  const sections = [
    { id: 'summary', title: 'Summary', body: summarySection(input, scenes) },
    { id: 'script', title: 'Script', body: scriptsSection(input) },
    { id: 'dialogues', title: 'Dialogues', body: dialoguesSection(input, scenes) },
    { id: 'quirks', title: 'Quirks', body: quirksSection(input) },
    { id: 'proof', title: 'Proof', body: proofsSection(input) },
    { id: 'notes', title: 'Notes', body: notesSection(input) },
  ].filter(({ body }) => body !== undefined);
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(STYLESHEET)}'; script-src '${hashOf(COPY_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const page = html`${literal('<!DOCTYPE html>')}
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${headline} - capture2check</title><link rel="icon" href="data:,">
<style>${literal(STYLESHEET)}</style></head>
<body><header><p class="of">capture2check report</p><h1>${headline}</h1>
<nav aria-label="parts of the report">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav></header>
<main>
${sections.map(({ body }) => body)}
</main>
<footer><p>${input.keepSecrets ? 'This file holds the secrets of the capture: keep it private.' : 'Passwords, tokens and cookies are masked (--keep-secrets shows them). What a body or an unknown protocol carries is shown as captured.'}</p></footer>
<script>${literal(COPY_SCRIPT)}</script></body></html>
`;
  return page.toString();
}

/** Text of this program's own, which is markup or stands where there is none to escape. */
const literal = (text: string): Html => Html.of([text], []);

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
