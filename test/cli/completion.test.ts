import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { completionFor } from '../../src/cli/completion/completion.ts';
import { SHELLS } from '../../src/cli/options.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { capture2check } from '../support/cli.ts';
import { typedInto } from '../support/shell.ts';
import { describeWith } from '../support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-completion-'));
for (const name of ['session.pcap', 'with space.pcap']) writeFileSync(join(folder, name), '');
mkdirSync(join(folder, 'captures'));
const program = buildProgram(() => {});
for (const shell of SHELLS) writeFileSync(join(folder, `completion.${shell}`), completionFor(shell, program));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(SHELLS)('the completion for %s', (shell) => {
  const script = completionFor(shell, program);

  test('is what the command prints', () => {
    expect(capture2check(['completion', shell])).toEqual({ code: 0, stdout: script, stderr: '' });
  });

  test('knows every command, every long option and every choice', () => {
    for (const command of program.commands) {
      expect(script).toMatch(new RegExp(`\\b${command.name()}\\b`));
      for (const { long, argChoices = [] } of command.options) {
        const spelled = shell === 'fish' ? `-l ${long?.slice(2)} ` : long;
        expect(script, `${command.name()} ${long}`).toContain(spelled);
        expect(script).toContain(argChoices.join(' '));
      }
    }
  });
});

/** What is typed, with tabs, and what the command is called with. */
const TYPED: readonly (readonly [typed: string, called: readonly string[]])[] = [
  ['li\tsess\t', ['list', 'session.pcap']],
  ['--form\tjs\tw\t', ['--format', 'json', 'with space.pcap']],
  ['--format=js\tsess\t', ['--format=json', 'session.pcap']],
  ['quirks --format mark\tsess\t', ['quirks', '--format', 'markdown', 'session.pcap']],
  ['--allow gap,cu\t', ['--allow', 'gap,cut']],
  ['list --limit samp\t3 --serv\t', ['list', '--limit', 'samples=3', '--server']],
  ['quirks --cause refused=sess\t', ['quirks', '--cause', 'refused=session.pcap']],
  ['prove --out\tcapt\t', ['prove', '--output', 'captures/']],
  ['completion fi\t', ['completion', 'fish']],
  ['help lim\t', ['help', 'limits']],
];

const SHOW_WORDS = `capture2check() { printf '<%s>' "$@"; echo; }`;
const spelled = (words: readonly string[]) => words.map((word) => `<${word}>`).join('');

describeWith(['bash', 'script'], 'in bash', () => {
  test('tabs complete commands, options, values, lists and files', async () => {
    const lines = [`${SHOW_WORDS}; source ./completion.bash\n`, ...TYPED.map(([typed]) => `capture2check ${typed}\n`)];
    const called = await typedInto('bash --norc --noprofile -i', lines, folder);
    expect(called).toEqual(TYPED.map(([, words]) => spelled(words)));
  });
});

describeWith(['zsh', 'script'], 'in zsh', () => {
  test('tabs complete commands, options, values, lists and files', async () => {
    const start = 'unsetopt prompt_sp; autoload -U compinit; compinit -u -D; source ./completion.zsh';
    const lines = [`${SHOW_WORDS}; ${start}\n`, ...TYPED.map(([typed]) => `capture2check ${typed}\n`)];
    const called = await typedInto('zsh -f -i', lines, folder);
    // zsh puts an option and its value into one word, and takes the slash away that it added to a folder.
    const joined = (words: string) => words.replace(/(<--[a-z]+)></g, '$1=').replaceAll('/>', '>');
    expect(called.map(joined)).toEqual(TYPED.map(([, words]) => joined(spelled(words))));
  });
});

describeWith(['fish'], 'in fish', () => {
  const candidates = (line: string) =>
    execFileSync('fish', ['--no-config', '-c', `source ./completion.fish; complete -C '${line}'`], {
      cwd: folder,
      encoding: 'utf8',
    })
      .split('\n')
      .map((each) => each.split('\t')[0]);

  test.each<[line: string, offered: string[], not: string[]]>([
    ['capture2check ', ['list', 'verify', 'session.pcap', 'captures/'], ['limits', 'haproxy']],
    ['capture2check list sess', ['session.pcap'], ['list']],
    ['capture2check --form', ['--format'], ['--fault']],
    ['capture2check --format ', ['haproxy', 'json'], ['markdown', 'session.pcap']],
    ['capture2check --format=j', ['--format=json'], []],
    ['capture2check quirks --format ', ['text', 'markdown', 'json'], ['haproxy']],
    ['capture2check --allow gap,c', ['gap,cut', 'gap,conflict'], ['gap']],
    ['capture2check --limit samp', ['samples='], ['servers=']],
    ['capture2check completion ', ['bash', 'zsh', 'fish'], ['session.pcap']],
    ['capture2check help l', ['list', 'limits'], ['session.pcap']],
    ['capture2check prove -o sess', ['session.pcap'], []],
    ['capture2check quirks --cause refused=sess', ['refused=session.pcap'], []],
  ])('%s', (line, offered, not) => {
    const found = candidates(line);
    expect(found).toEqual(expect.arrayContaining(offered));
    for (const each of not) expect(found).not.toContain(each);
  });
});
