import assert from "node:assert/strict";
import { test } from "node:test";
import { runToEnd, inSlices, type Pieces } from "../../../../runtime/timeline/model/pieces.ts";

/** Each piece takes longer than a clock of a browser can fail to notice. */
function* counting(pieces: number): Pieces<number> {
  for (let piece = 0; piece < pieces; piece++) {
    const start = performance.now();
    while (performance.now() - start < 3);
    yield;
  }
  return pieces;
}

test("long work done in slices lets timers in between, and has the same result", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++);
  const found = await inSlices(counting(30));
  clearInterval(timer);
  assert.equal(found, runToEnd(counting(30)));
  assert.ok(turns > 2, `${String(turns)} turns for a timer`);
});

test("what takes a single slice is done in it", async () => {
  assert.equal(await inSlices(counting(0)), 0);
});

test("what fails in a later slice fails for whoever waits for it", async () => {
  function* failing(): Pieces<number> {
    yield* counting(10);
    throw new Error("no more");
  }
  await assert.rejects(inSlices(failing()), /no more/);
  assert.throws(() => runToEnd(failing()), /no more/);
});
