import type { Command } from 'commander';
import type { Shell } from '../options.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { specsOf } from './spec.ts';
import { zshCompletion } from './zsh.ts';

const WRITERS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** The script that completes the command tree in a shell. */
export const completionFor = (shell: Shell, program: Command): string => WRITERS[shell](specsOf(program));
