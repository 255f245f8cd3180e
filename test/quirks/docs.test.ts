import { join } from 'node:path';
import { expect, test } from 'vitest';
import { QUIRKS } from '../../src/dialogue/quirks.ts';

const SUBJECTS: Readonly<Record<string, string>> = {
  tcp: 'The connection',
  socks5: 'SOCKS5',
  socks4: 'SOCKS4 and SOCKS4a',
  http: 'HTTP',
  tls: 'TLS',
  tunnel: 'Tunnels',
  server: 'Several protocols',
};

const INTRODUCTION = `# Quirks

What \`capture2check quirks\` finds, by code. A quirk is a way in which a server departs from its specification, or from what clients expect, and can still be
read. A **violation** breaks a MUST or the wire format, a **deviation** a SHOULD or what clients commonly rely on, a **habit** is allowed and good to know.
What curl does is what curl 7.88.1 was seen to do. This page is written from the registry: \`npm run golden\` writes it anew.
`;

/** The page, from the registry. */
function page(): string {
  const sections = Object.entries(SUBJECTS).map(([subject, title]) => {
    const quirks = Object.entries(QUIRKS).filter(([code]) => code.startsWith(`${subject}-`));
    const texts = quirks.map(
      ([code, quirk]) =>
        `### \`${code}\`\n\n${quirk.title}. *${quirk.severity}*, ${quirk.spec}.\n\n- Clients: ${quirk.clients}\n- Checks: ${quirk.checks}\n`,
    );
    return [`## ${title}\n`, ...texts].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}

test('docs/quirks.md says what the registry says, all of it', async () => {
  const text = page();
  for (const code of Object.keys(QUIRKS)) expect(text).toContain(`### \`${code}\``);
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/quirks.md'));
});
