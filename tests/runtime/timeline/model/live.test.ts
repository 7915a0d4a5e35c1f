import assert from "node:assert/strict";
import { test } from "node:test";
import { readLive } from "../../../../runtime/timeline/model/live.ts";

/** The process began at 2 ms, when its own clock showed 1 ms. So 2e6 ns on its clock are 3 ms. */
const CLOCKS = { start: 0, begun: 2, origin: 1e6 };

// The seven numbers of a step are: lane, ready, woken by, start, end, reason, line.
test("numbers become steps, and a step that completes its task also becomes the end of the task", () => {
  const steps = [
    [4, 2e6, -1, 3e6, 4e6, 1, 12], // The task sleeps.
    [5, 2e6, 4, 4e6, 5e6, 0, 0], // The task fails, which a row of its own reports.
    [4, 5e6, 5, 6e6, 7e6, -1, 0], // The task is done.
  ];
  const failed = JSON.stringify([["end", 5, 5e6, "failed", "KeyError"]]);
  assert.deepEqual(readLive(failed, Float64Array.from(steps.flat()), CLOCKS), [
    ["end", 5, 6, "failed", "KeyError"],
    ["step", 4, 3, -1, 4, 5, "sleep", "", 12],
    ["step", 5, 3, 4, 5, 6, "", "", 0],
    ["step", 4, 6, 5, 7, 8, "", "", 0],
    ["end", 4, 8, "done", ""],
  ]);
});

// The seven numbers of a new task are: lane, start, created by, parent, 0 (unused), -2 (in place of the
// reason of a step), line.
test('a new task takes its name and that of its function from the row that begins with "names"', () => {
  const steps = [
    [4, 2e6, 1, 1, 0, -2, 7],
    [4, 2e6, 1, 3e6, 4e6, 1, 12],
    [5, 3e6, 4, 1, 0, -2, 0],
  ];
  const names = JSON.stringify([["names", "Task-1", "main", "names", ""]]);
  assert.deepEqual(readLive(names, Float64Array.from(steps.flat()), CLOCKS), [
    ["lane", 4, 1, "task", "Task-1", 3, 1, 7, "main"],
    ["step", 4, 3, 1, 4, 5, "sleep", "", 12],
    ["lane", 5, 1, "task", "names", 4, 4, 0, ""],
  ]);
});
