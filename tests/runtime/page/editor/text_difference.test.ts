import assert from "node:assert/strict";
import { test } from "node:test";
import { difference } from "../../../../runtime/page/editor/text_difference.ts";
import { random } from "../random.ts";

test("the difference turns one text into the other, and leaves a common beginning and end alone", () => {
  assert.deepEqual(difference("abcd", "abXcd"), { from: 2, to: 2, insert: "X" });
  assert.deepEqual(difference("aaa", "aa"), { from: 2, to: 3, insert: "" });
  const next = random(3);
  // With only two letters, texts often have parts in common.
  const randomText = (): string =>
    Array.from({ length: Math.floor(next() * 12) }, () => (next() < 0.5 ? "a" : "b")).join("");
  for (let round = 0; round < 500; round++) {
    const [before, after] = [randomText(), randomText()];
    const { from, to, insert } = difference(before, after);
    assert.ok(from <= to);
    assert.equal(before.slice(0, from) + insert + before.slice(to), after);
  }
});
