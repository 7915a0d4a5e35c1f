import assert from "node:assert/strict";
import { test } from "node:test";
import { catching } from "../../../../runtime/worker/kernel/suspending.ts";

test("arguments and results pass through unchanged", () => {
  const promise = Promise.resolve();
  const suspend = catching(
    (...args) => args,
    () => "error",
  );
  assert.deepEqual(suspend(null, promise), [null, promise]);
});

test("an exception becomes the error value, and later calls are not affected", () => {
  let isPossible = false;
  const suspend = catching(
    () => {
      if (!isPossible) throw new TypeError("trying to suspend JS frames");
      return "resumed";
    },
    () => "error",
  );
  assert.equal(suspend(null, null), "error");
  isPossible = true;
  assert.equal(suspend(null, null), "resumed");
});
