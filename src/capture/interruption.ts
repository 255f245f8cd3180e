/** A wish to stop reading, which may come at any time. */
export class Interruption {
  #requested = false;
  #wake: () => void = () => {};

  get requested(): boolean {
    return this.#requested;
  }

  request(): void {
    this.#requested = true;
    this.#wake();
  }

  /** The promise's value, or undefined as soon as the interruption is requested. */
  or<T>(promise: Promise<T>): Promise<T | undefined> {
    if (this.#requested) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }
}

/** What a source gives, up to its end or the interruption. */
export async function* untilInterrupted<T>(source: AsyncGenerator<T>, interruption: Interruption): AsyncGenerator<T> {
  try {
    for (;;) {
      const pending = source.next();
      const next = await interruption.or(pending);
      if (next === undefined) pending.catch(() => {}); // nobody waits for it any more
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    source.return(undefined).catch(() => {}); // it may be waiting for input that never comes: so is this not waited for
  }
}
