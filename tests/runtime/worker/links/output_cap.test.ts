import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MAX_CHARACTERS,
  MAX_LINES,
  OutputCap,
} from "../../../../runtime/worker/links/output_cap.ts";

/** Returns the output that a new cap admits, and the indices of the writes that reached the cap. */
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

test("output with exactly the maximum number of lines does not reach the cap", () => {
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

/** Returns how many of the writes a new cap admits completely. */
function countAdmitted(writes: Iterable<string>): number {
  const cap = new OutputCap();
  let count = 0;
  for (const text of writes) {
    if (cap.admit(text) !== text) break;
    count += 1;
  }
  return count;
}

const frame = "#".repeat(40);
/** Updates of displays that overwrite what they have shown before. */
const DISPLAYS: [about: string, update: string][] = [
  ["redraws its line", `\r${frame}`],
  ["redraws several lines", `${frame}\n${frame}\n\u001b[2A`],
  ["clears the screen", `\u001b[2J\u001b[H${`${frame}\n`.repeat(2)}`],
  ["moves to the beginning of the line above", `${frame}\n\u001b[F`],
];
for (const [about, update] of DISPLAYS) {
  test(`a display that ${about} may do so 50,000 times`, () => {
    const updates = Array<string>(50_000).fill(update);
    assert.equal(countAdmitted(updates), updates.length);
    assert.equal(countAdmitted([...updates, "done\n"]), updates.length + 1);
  });
}

test("a progress bar may be redrawn 100,000 times, but not a million times", () => {
  assert.equal(countAdmitted(Array<string>(100_000).fill(`\r${frame}`)), 100_000);
  assert.ok(countAdmitted(Array<string>(1_000_000).fill("\r")) < 1_000_000);
});

test("Windows newlines count as newlines", () => {
  const writes = Array.from({ length: MAX_LINES + 1 }, () => "x\r\n");
  assert.deepEqual(feed(writes).reached, [MAX_LINES]);
});
