import type { Limits } from '../bytes/limits.ts';
import type { CaptureFiles } from './frame.ts';
import type { Warn } from './warning.ts';

/** What a reader of one file needs beside the bytes. */
export interface ReadContext {
  /** The name by which warnings and errors call the file. */
  readonly file: string;
  readonly files: CaptureFiles;
  readonly warn: Warn;
  readonly limits: Limits;
  /** Says that the last frame is cut off: `length` bytes of it stand at `offset`. */
  readonly cutOff: (offset: number, length: number) => void;
}
