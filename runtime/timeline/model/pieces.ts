/** Long work that lets others in between: a page must not stand still for it. */

/** Each value asked for does one piece of it. */
export type Pieces<Result> = Generator<undefined, Result, undefined>;

/** In ms: half of a frame. */
const SLICE = 8;

export function atOnce<Result>(work: Pieces<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** A slice at a time, so that frames can be drawn meanwhile. */
export async function inSlices<Result>(work: Pieces<Result>): Promise<Result> {
  for (;;) {
    const start = performance.now();
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() - start < SLICE);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
