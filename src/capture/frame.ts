/** One record of a capture. */
export interface Frame {
  /** From 1, counted over all files in the order given; `CaptureFiles` turns it into a name. */
  readonly number: number;
  /** Time of capture: whole seconds since 1970 and nanoseconds within the second (kept apart, so that neither is rounded). */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** LINKTYPE_ value, flag bits removed (https://www.tcpdump.org/linktypes.html). */
  readonly linkType: number;
  /** The bytes that were captured stand here from `start` to `end`: most frames are read without a view of their own. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** How long the frame was on the wire; more than was captured where the snapshot length cut it. */
  readonly originalLength: number;
}

/** The bytes of a frame that were captured. */
export const capturedOf = ({ bytes, start, end }: Frame): Buffer => bytes.subarray(start, end);

/** So many frames are given out together: few, so that they are done with before the garbage collector has to move them. */
export const BATCH = 64;

/** The files of one run, and which frame numbers belong to each. */
export class CaptureFiles {
  readonly #files: { readonly name: string; readonly before: number }[] = [];
  #frames = 0;
  #bytesBefore = 0;
  #bytesOfLast = () => 0;

  /** Starts the next file; its frames follow those already counted. `bytesRead` says how many bytes of it have been read. */
  begin(name: string, bytesRead = () => 0): void {
    this.#bytesBefore = this.bytesRead;
    this.#bytesOfLast = bytesRead;
    this.#files.push({ name, before: this.#frames });
  }

  /** Takes a file whose frames were counted before. */
  beginWith(name: string, frames: number): void {
    this.begin(name);
    this.#frames += frames;
  }

  /** The number of the next frame. */
  next(): number {
    return ++this.#frames;
  }

  /** How many frames were counted so far. */
  get frames(): number {
    return this.#frames;
  }

  /** How many bytes of the files were read so far, as they are on disk. */
  get bytesRead(): number {
    return this.#bytesBefore + this.#bytesOfLast();
  }

  /** The names in the order given. */
  get names(): readonly string[] {
    return this.#files.map((file) => file.name);
  }

  /** Wireshark's `frame.number`: the number within the frame's own file. */
  numberInFile(frame: number): number {
    return frame - (this.#fileOf(frame)?.before ?? 0);
  }

  /** `12` where one file is read, `b.pcap:12` where there are several. */
  nameOf(frame: number): string {
    const number = String(this.numberInFile(frame));
    return this.#files.length > 1 ? `${this.#fileOf(frame)?.name}:${number}` : number;
  }

  /** As `nameOf`, for JSON: a number where one file is read. */
  referenceTo(frame: number): number | string {
    return this.#files.length > 1 ? this.nameOf(frame) : this.numberInFile(frame);
  }

  /** Which of the files holds a frame, from 0 in the order given. */
  inputOf(frame: number): number {
    return this.#files.findLastIndex((file) => file.before < frame);
  }

  #fileOf(frame: number): { readonly name: string; readonly before: number } | undefined {
    return this.#files.findLast((file) => file.before < frame);
  }
}
