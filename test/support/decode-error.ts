import { DecodeError } from '../../src/bytes/reader.ts';

/** The DecodeError that an action ends in. */
export function decodeErrorOf(action: () => unknown): DecodeError {
  try {
    action();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
