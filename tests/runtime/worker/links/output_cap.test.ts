import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MAX_CHARACTERS,
  MAX_LINES,
  OutputCap,
} from "../../../../runtime/worker/links/output_cap.ts";

/** What passes of a series of writes, and at which of them the cap was said to be reached. */
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

test("ordinary output passes unchanged", () => {
  const writes = ["one\n", "two", " three\n", ""];
  assert.deepEqual(feed(writes), { shown: writes.join(""), reached: [] });
});

test("exactly as many lines as allowed are not too many", () => {
  const writes = Array.from({ length: MAX_LINES }, () => "x\n");
  assert.deepEqual(feed(writes).reached, []);
});

test("the line after the last one allowed is dropped, and said once", () => {
  const writes = Array.from({ length: MAX_LINES + 10 }, () => "x\n");
  const { shown, reached } = feed(writes);
  assert.equal(shown, "x\n".repeat(MAX_LINES));
  assert.deepEqual(reached, [MAX_LINES]);
});

test("one endless line is cut", () => {
  const { shown, reached } = feed(["x".repeat(MAX_CHARACTERS - 1), "yz", "more"]);
  assert.equal(shown.length, MAX_CHARACTERS);
  assert.ok(shown.endsWith("y"));
  assert.deepEqual(reached, [1]);
});

test("how the output is split into writes makes no difference", () => {
  const text = "line\n".repeat(MAX_LINES + 3);
  const pieces = text.match(/[^]{1,7}/g)!;
  assert.equal(feed(pieces).shown, feed([text]).shown);
});
