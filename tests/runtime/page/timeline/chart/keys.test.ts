import assert from "node:assert/strict";
import { test } from "node:test";
import { actionOf, type Actions } from "../../../../../runtime/page/timeline/chart/keys.ts";
import { draw, makeTimeline } from "../fixture.ts";

/** The bar that has the focus: the second one in the second row. */
const bar = draw(makeTimeline()).tracks[1]!.bars[1]!;

/**
 * Presses a key, and returns the name of the action that it calls, with a number or word that stands for
 * its argument. An action on a segment is shown with the index of the segment.
 */
function press(key: string, shiftKey = false, hasSelection = true): unknown[] {
  const called: unknown[] = [];
  const actions: Actions = {
    goTo: ({ index }) => called.push("goTo", index),
    goToRowBeside: (_, by) => called.push("goToRowBeside", by),
    select: ({ index }) => called.push("select", index),
    unselect: hasSelection ? () => called.push("unselect") : undefined,
    zoom: (factor) => called.push("zoom", factor > 1 ? "in" : "out"),
    pan: (by) => called.push("pan", Math.sign(by)),
    showWholeRun: () => called.push("showWholeRun"),
  };
  actionOf({ key, shiftKey }, bar, actions)?.();
  return called;
}

test("arrow keys go to the next segment or row, and Home and End to the first and last segment", () => {
  assert.deepEqual(press("ArrowLeft"), ["goTo", bar.first - 1]);
  assert.deepEqual(press("ArrowRight"), ["goTo", bar.last + 1]);
  assert.deepEqual(press("ArrowUp"), ["goToRowBeside", -1]);
  assert.deepEqual(press("ArrowDown"), ["goToRowBeside", 1]);
  assert.deepEqual(press("Home"), ["goTo", 0]);
  assert.deepEqual(press("End"), ["goTo", bar.lane.segments.length - 1]);
});

test("Enter and the space bar select, and Escape ends the selection", () => {
  assert.deepEqual(press("Enter"), ["select", bar.first]);
  assert.deepEqual(press(" "), ["select", bar.first]);
  assert.deepEqual(press("Escape"), ["unselect"]);
});

test("plus, minus and 0 zoom, and Shift with an arrow key pans", () => {
  assert.deepEqual(press("+"), ["zoom", "in"]);
  assert.deepEqual(press("="), ["zoom", "in"]);
  assert.deepEqual(press("-"), ["zoom", "out"]);
  assert.deepEqual(press("0"), ["showWholeRun"]);
  assert.deepEqual(press("ArrowLeft", true), ["pan", -1]);
  assert.deepEqual(press("ArrowRight", true), ["pan", 1]);
});

test("other keys do nothing, and neither does Escape if nothing is selected", () => {
  for (const key of ["Tab", "a", "PageDown", "F5"]) assert.deepEqual(press(key), []);
  assert.deepEqual(press("Escape", false, false), []);
});
