/** Why a capture is poor evidence; the codes are stable names. */
export interface Warning {
  readonly code: string;
  /** A sentence without a final stop, naming file, frame and offset where there are some, and the next step. */
  readonly message: string;
}

export type Warn = (warning: Warning) => void;

/** An input that cannot be read: names the file, and the frame and byte offset where there are some. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';

  constructor(place: { file: string; frame?: number; offset?: number }, problem: string, nextStep?: string) {
    const where = [place.file];
    if (place.frame !== undefined) where.push(`frame ${place.frame}`);
    if (place.offset !== undefined) where.push(`offset ${place.offset}`);
    super(`${where.join(', ')}: ${problem}${nextStep === undefined ? '' : `; ${nextStep}`}`);
  }
}
