import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MAX_CHARACTERS,
  MAX_LINES,
  OutputCap,
} from "../../../../runtime/worker/links/output_cap.ts";

/** Returns the output that the cap admits, and the indices of the writes that reached the cap. */
function feed(writes: string[]): { shown: string; reached: number[] } {
  const cap = new OutputCap();
  const reached: number[] = [];
  let shown = "";
  writes.forEach((text, index) => {
    shown += cap.admit(text);
    if (cap.justReached) reached.push(index);
  });
  return { shown, reached };
}

test("output below the cap passes unchanged", () => {
  const writes = ["one\n", "two", " three\n", ""];
  assert.deepEqual(feed(writes), { shown: writes.join(""), reached: [] });
});

test("the maximum number of lines does not reach the cap", () => {
  const writes = Array.from({ length: MAX_LINES }, () => "x\n");
  assert.deepEqual(feed(writes).reached, []);
});

test("further lines are dropped, and the cap is reported once", () => {
  const writes = Array.from({ length: MAX_LINES + 10 }, () => "x\n");
  const { shown, reached } = feed(writes);
  assert.equal(shown, "x\n".repeat(MAX_LINES));
  assert.deepEqual(reached, [MAX_LINES]);
});

test("a single line is cut at the maximum number of characters", () => {
  const { shown, reached } = feed(["x".repeat(MAX_CHARACTERS - 1), "yz", "more"]);
  assert.equal(shown.length, MAX_CHARACTERS);
  assert.ok(shown.endsWith("y"));
  assert.deepEqual(reached, [1]);
});

test("the cap does not depend on how the output is split into writes", () => {
  const text = "line\n".repeat(MAX_LINES + 3);
  const pieces = text.match(/[^]{1,7}/g)!;
  assert.equal(feed(pieces).shown, feed([text]).shown);
});
