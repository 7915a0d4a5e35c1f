import assert from "node:assert/strict";
import { test } from "node:test";
import {
  complement,
  countLines,
  locateHidden,
  parseRanges,
} from "../../../../runtime/page/editor/line_ranges.ts";

/** A program of seven lines, of which the page shows the lines 3, 4 and 6. */
const SOURCE = "# head\n# er\na\nb\nc\nd\n# tail\n";
const SHOWN = parseRanges("3-4,6");

test("ranges and single lines are read in any order, and everything else is ignored", () => {
  assert.deepEqual(parseRanges("6, 3-4"), [
    { from: 3, to: 4 },
    { from: 6, to: 6 },
  ]);
  assert.deepEqual(parseRanges("x,5-2,0-3,-1,"), []);
});

test("the lines of a text are counted, and no line begins after a final newline", () => {
  assert.deepEqual(["", "a", "a\n", "a\n\n", "\n"].map(countLines), [1, 1, 1, 2, 1]);
});

test("the lines that are not listed as shown are hidden, or none if the list is empty", () => {
  assert.deepEqual(complement(SHOWN, 7), [
    { from: 1, to: 2 },
    { from: 5, to: 5 },
    { from: 7, to: 7 },
  ]);
  assert.deepEqual(complement([], 7), []);
  assert.deepEqual(complement(parseRanges("1-9"), 7), []);
});

test("hidden lines move when an edit above them adds a line", () => {
  assert.deepEqual(locateHidden(SOURCE, SHOWN, "# head\n# er\na\nnew\nb\nc\nd\n# tail\n"), [
    { from: 1, to: 2 },
    { from: 6, to: 6 },
    { from: 8, to: 8 },
  ]);
});

test("a hidden block is shown when the reader has changed one of its lines", () => {
  assert.deepEqual(locateHidden(SOURCE, SHOWN, "# head!\n# er\na\nb\nc\nd\n# tail!\n"), [
    { from: 5, to: 5 },
  ]);
  assert.deepEqual(locateHidden(SOURCE, SHOWN, ""), []);
});
