import type { Gunzip } from 'node:zlib';

/**
 * One of zlib's streams, fed a piece at a time. Read in the usual way such a stream drops what it has ready when it meets
 * a fault; here all that a piece stands for is handed out before the fault is thrown.
 */
export class ZlibFeed {
  readonly #stream: Gunzip;
  #ready: Buffer[] = [];
  #ended = false;
  #fault: Error | undefined;
  #wake: () => void = () => {};

  constructor(stream: Gunzip) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#ready.push(chunk));
    stream.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    stream.on('error', (error) => {
      this.#fault = error;
      this.#wake();
    });
  }

  /** Has the compressed data come to its end? What is written then is ignored. */
  get ended(): boolean {
    return this.#ended;
  }

  write(piece: Buffer): AsyncGenerator<Buffer> {
    return this.#yielded((done) => this.#stream.write(piece, done));
  }

  end(): AsyncGenerator<Buffer> {
    return this.#yielded(() => this.#stream.end());
  }

  close(): void {
    this.#stream.destroy();
  }

  async *#yielded(act: (done: (error?: Error | null) => void) => void): AsyncGenerator<Buffer> {
    if (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        act((error) => {
          this.#fault ??= error ?? undefined;
          resolve();
        });
      });
    }
    yield* this.#ready.splice(0);
    if (this.#fault !== undefined) throw this.#fault;
  }
}
