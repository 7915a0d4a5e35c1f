import assert from "node:assert/strict";
import { test } from "node:test";
import { catching } from "../../../../runtime/worker/kernel/suspending.ts";

test("what is returned comes through, and so does what is given", () => {
  const promise = Promise.resolve();
  const suspend = catching(
    (...given) => given,
    () => "error",
  );
  assert.deepEqual(suspend(null, promise), [null, promise]);
});

test("an exception becomes the value that says so, and the next call is like the first", () => {
  let possible = false;
  const suspend = catching(
    () => {
      if (!possible) throw new TypeError("trying to suspend JS frames");
      return "resumed";
    },
    () => "error",
  );
  assert.equal(suspend(null, null), "error");
  possible = true;
  assert.equal(suspend(null, null), "resumed");
});
