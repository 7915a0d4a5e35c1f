/** The worker that runs the programs of a tab, and a spare one to take its place. */
import type { PythonWorker } from "./python_worker.ts";

/** Starts a worker. If `isWarm`, the worker starts with libraries already imported. */
export type Spawn = (isWarm: boolean) => PythonWorker;

export class WorkerPool {
  #current: PythonWorker | undefined;
  #spare: PythonWorker | undefined;

  get current(): PythonWorker | undefined {
    return this.#current;
  }

  has(worker: PythonWorker): boolean {
    return worker === this.#current || worker === this.#spare;
  }

  find(number: number): PythonWorker | undefined {
    return [this.#current, this.#spare].find((worker) => worker?.number === number);
  }

  /**
   * Returns a warm worker if `isWarm`, and otherwise one that is not warm. If the current worker does not
   * suit, the spare worker or a new one takes its place, because a program must not find libraries
   * imported that it does not need. The former worker becomes the spare one, if it can still be used and
   * there is no other.
   */
  take(isWarm: boolean, spawn: Spawn): PythonWorker {
    const former = this.#current;
    if (former && former.isWarm !== isWarm) {
      const isSpareSuitable = this.#spare?.isWarm === isWarm;
      this.#current = isSpareSuitable ? this.#spare : undefined;
      if (isSpareSuitable) this.#spare = undefined;
      // A worker that is not ready may wait for a snapshot that never comes.
      if (former.isUsed || !former.isReady || this.#spare) former.end();
      else this.#spare = former;
    }
    return (this.#current ??= spawn(isWarm));
  }

  /** Starts a spare worker, which is not warm, unless there is one already or no current one to replace. */
  addSpare(spawn: Spawn): void {
    if (this.#current) this.#spare ??= spawn(false);
  }

  /** Ends the current worker. The spare one becomes the current one. */
  discard(): void {
    this.#current?.end();
    this.#current = this.#spare;
    this.#spare = undefined;
  }

  discardSpare(): void {
    this.#spare?.end();
    this.#spare = undefined;
  }
}
