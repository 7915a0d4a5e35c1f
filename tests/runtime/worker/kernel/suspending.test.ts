import assert from "node:assert/strict";
import { test } from "node:test";
import { catching } from "../../../../runtime/worker/kernel/suspending.ts";

test("a function that is wrapped with `catching` gets the same arguments and has the same result", () => {
  const promise = Promise.resolve();
  const suspend = catching(
    (...args) => args,
    () => "error",
  );
  assert.deepEqual(suspend(null, promise), [null, promise]);
});

test("`catching` returns the error value in place of an exception, and later calls still work", () => {
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
