import assert from "node:assert/strict";
import { test } from "node:test";
import { runToEnd, inSlices, type Pieces } from "../../../../runtime/timeline/model/pieces.ts";

/** A computation that takes 3 ms for each of its pieces. Its result is their number. */
function* counting(pieces: number): Pieces<number> {
  for (let piece = 0; piece < pieces; piece++) {
    const start = performance.now();
    while (performance.now() - start < 3);
    yield;
  }
  return pieces;
}

test("timers run between the slices of a computation, whose result is the same as without slices", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++);
  const result = await inSlices(counting(30));
  clearInterval(timer);
  assert.equal(result, runToEnd(counting(30)));
  // A slice takes about 8 ms, so 30 pieces need about 10 slices.
  assert.ok(ticks > 2, `the timer ran ${String(ticks)} times`);
});

test("the promise of a computation without pieces resolves to its result", async () => {
  assert.equal(await inSlices(counting(0)), 0);
});

test("an error in a later slice rejects the promise", async () => {
  function* failing(): Pieces<number> {
    yield* counting(10);
    throw new Error("failed");
  }
  await assert.rejects(inSlices(failing()), /failed/);
  assert.throws(() => runToEnd(failing()), /failed/);
});
