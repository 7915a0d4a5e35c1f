import assert from "node:assert/strict";
import { test } from "node:test";
import { runToEnd, inSlices, type Pieces } from "../../../../runtime/timeline/model/pieces.ts";

/** Each piece takes longer than the resolution of a browser's clock. */
function* counting(pieces: number): Pieces<number> {
  for (let piece = 0; piece < pieces; piece++) {
    const start = performance.now();
    while (performance.now() - start < 3);
    yield;
  }
  return pieces;
}

test("timers run between the slices of a long computation, which has the same result", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++);
  const found = await inSlices(counting(30));
  clearInterval(timer);
  assert.equal(found, runToEnd(counting(30)));
  assert.ok(turns > 2, `${String(turns)} turns for a timer`);
});

test("a short computation takes a single slice", async () => {
  assert.equal(await inSlices(counting(0)), 0);
});

test("an error in a later slice rejects the promise", async () => {
  function* failing(): Pieces<number> {
    yield* counting(10);
    throw new Error("no more");
  }
  await assert.rejects(inSlices(failing()), /no more/);
  assert.throws(() => runToEnd(failing()), /no more/);
});
