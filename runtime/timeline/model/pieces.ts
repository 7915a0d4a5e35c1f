/** Divides long computations into pieces, so that a page stays responsive while they run. */

/** A computation that does one piece of its work each time it is resumed. */
export type Pieces<Result> = Generator<undefined, Result, undefined>;

/** How long a slice takes: half of a frame at 60 frames per second. */
const SLICE_MS = 8;

/** Runs a computation to its end without interruption. */
export function runToEnd<Result>(work: Pieces<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Runs a computation in short slices, between which the page handles input and draws frames. */
export async function inSlices<Result>(work: Pieces<Result>): Promise<Result> {
  for (;;) {
    const start = performance.now();
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() - start < SLICE_MS);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
