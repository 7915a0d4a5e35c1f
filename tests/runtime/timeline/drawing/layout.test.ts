import assert from "node:assert/strict";
import { test } from "node:test";
import {
  layOut,
  listRows,
  roundStep,
  ticks,
  type View,
} from "../../../../runtime/timeline/drawing/layout.ts";
import { manyTasks } from "../../../../runtime/bench/many_tasks.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { BLOCKED, MAIN_THREAD, events } from "../model/sample_rows.ts";

/** Returns the timeline of one process, whose run ended at `end` (in ms). */
function makeTimeline(rows: TraceRow[], end: number): Timeline {
  const timeline = new Timeline();
  timeline.add(1, events(rows));
  timeline.end(end);
  return timeline;
}

/** A view of the first three rows up to the time `to`, 1,000 px wide, if `more` does not change that. */
const view = (to: number, more: Partial<View> = {}): View => ({
  from: 0,
  to,
  width: 1000,
  rowIndexes: [0, 1, 2],
  narrowest: 1,
  budget: 1500,
  ticks: 6,
  line: 0,
  ...more,
});

test("if there are several processes, each has a row, which its thread shares if nothing else runs in it", () => {
  const timeline = makeTimeline(BLOCKED, 1110);
  const listed = (): unknown[] =>
    listRows(timeline, false).rows.map(({ name, depth, mergedProcess }) => [
      name,
      depth,
      mergedProcess?.name,
    ]);
  assert.deepEqual(listed(), [
    ["Task-1", 0, undefined],
    ["Task-2", 0, undefined],
  ]);
  timeline.add(
    2,
    events([
      ["lane", 0, -1, "process", "Worker-1", 5, -1, 0],
      ["lane", 1, 0, "thread", "MainThread", 5, -1, 0],
    ]),
  );
  assert.deepEqual(listed(), [
    ["MainProcess", 0, undefined],
    ["Task-1", 1, undefined],
    ["Task-2", 1, undefined],
    ["Worker-1", 0, "Worker-1"],
  ]);
});

test("lanes of libraries are listed on request", () => {
  // The function of the thread "manager" has no line (0), because it is not in the program.
  const timeline = makeTimeline([...MAIN_THREAD, ["lane", 2, 0, "thread", "manager", 0, 1, 0]], 9);
  assert.deepEqual(
    [listRows(timeline, false).rows.length, listRows(timeline, false).library.length],
    [1, 1],
  );
  assert.deepEqual(
    [listRows(timeline, true).rows.length, listRows(timeline, true).library.length],
    [2, 1],
  );
});

test("tasks that run library functions are folded away if there are many lanes", () => {
  // The first task runs a function of the program, and the others run `asyncio.to_thread`.
  const tasks = (count: number): TraceRow[] => [
    ["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"],
    ...Array.from({ length: count }, (_, at): TraceRow => [
      "lane",
      3 + at,
      1,
      "task",
      `Task-${String(2 + at)}`,
      1,
      2,
      0,
      "to_thread",
    ]),
  ];
  // The main thread is folded away in both cases, because its tasks show everything that it does.
  const few = listRows(makeTimeline([...MAIN_THREAD, ...tasks(5)], 9), false);
  assert.deepEqual([few.rows.length, few.library.length], [6, 1]);
  const many = listRows(makeTimeline([...MAIN_THREAD, ...tasks(30)], 9), false);
  assert.deepEqual([many.rows.length, many.library.length], [1, 31]);
});

test("bars are at the positions of their times, and are cut off at the edges of the view", () => {
  const timeline = makeTimeline(BLOCKED, 1110);
  const { tracks } = layOut(timeline, listRows(timeline, true).rows, view(1000, { from: 500 }));
  const [thread, task] = tracks;
  assert.deepEqual(
    thread!.bars.map(({ x, width, state, label }) => [x, width, state, label]),
    [[0, 1000, "waiting", "sleeping"]],
  );
  assert.deepEqual(
    task!.bars.map(({ x, width, state, blocked, label }) => [x, width, state, blocked, label]),
    [[0, 1000, "running", true, "line 13"]],
  );
});

test("narrow segments are merged into a bar with the state that takes most of the time", () => {
  const rows: TraceRow[] = [...MAIN_THREAD];
  // The thread waits for 90 % of each millisecond. A bar of 1 px stands for 10 ms.
  for (let at = 0; at < 1000; at++) {
    rows.push(["wait", 1, at, "lock", "", 4], ["run", 1, at + 0.9]);
  }
  const timeline = makeTimeline(rows, 1000);
  const { tracks } = layOut(timeline, listRows(timeline, false).rows, view(1000, { width: 100 }));
  const { bars } = tracks[0]!;
  assert.ok(bars.length <= 100, String(bars.length));
  assert.equal(
    bars.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    tracks[0]!.listed.lane.segments.length,
  );
  assert.ok(bars.slice(1, -1).every(({ state }) => state === "waiting"));
});

test("the number of bars and flags is at most the budget", () => {
  const timeline = makeTimeline(manyTasks(2000), 500);
  const { rows } = listRows(timeline, false);
  const rowIndexes = rows.map((_, index) => index).slice(0, 40);
  for (const budget of [200, 400, 1500]) {
    const { tracks } = layOut(timeline, rows, view(timeline.now, { rowIndexes, budget }));
    const count = tracks.reduce((sum, { bars, flags }) => sum + bars.length + flags.length, 0);
    assert.ok(count <= budget, `${String(count)} for ${String(budget)}`);
    assert.equal(tracks.length, 40);
  }
});

test("bars of the selected line are marked, including merged bars", () => {
  const timeline = makeTimeline(BLOCKED, 1110);
  const { rows } = listRows(timeline, false);
  const marked = (line: number, width: number): number =>
    layOut(timeline, rows, view(1110, { line, width })).tracks.flatMap(({ bars }) =>
      bars.filter((bar) => bar.marked),
    ).length;
  // In the wide view every segment has a bar of its own; in the narrow one, segments are merged.
  assert.equal(marked(21, 100_000), 2);
  assert.equal(marked(21, 500), 2);
  assert.equal(marked(99, 500), 0);
});

test("flags are at the positions of their marks, and one flag stands for marks that are close", () => {
  const prints = [1, 1.1, 1.2, 600].map((at): TraceRow => ["output", 1, at, "stdout", "x", 3]);
  const timeline = makeTimeline(
    [...MAIN_THREAD, ...prints, ["end", 1, 800, "failed", "KeyError"]],
    1000,
  );
  const { tracks } = layOut(timeline, listRows(timeline, false).rows, view(1000));
  assert.deepEqual(
    tracks[0]!.flags.map(({ x, kind, count }) => [x, kind, count]),
    [
      [1, "output", 3],
      [600, "output", 1],
      [800, "failed", 1],
    ],
  );
});

test("flags of a thread and of its process are in order of time in the row that shows both", () => {
  const timeline = new Timeline();
  timeline.add(1, events(MAIN_THREAD));
  timeline.add(
    2,
    events([
      ["lane", 0, -1, "process", "Worker-1", 0, -1, 0],
      ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
      ["run", 1, 0],
      ["output", 1, 500, "stdout", "of the thread", 3],
      ["output", 1, 900, "stdout", "of the thread", 3],
      ["output", 0, 10, "stdout", "of the process", 0],
      ["output", 0, 501, "stdout", "of the process", 0],
      ["end", 0, 950, "killed", "9"],
    ]),
    1,
  );
  timeline.end(1000);
  const { rows } = listRows(timeline, false);
  const track = layOut(timeline, rows, view(1000)).tracks.at(-1)!;
  assert.equal(track.listed.mergedProcess?.name, "Worker-1");
  assert.deepEqual(
    track.flags.map(({ x, kind, mark, count }) => [x, kind, mark.text, count]),
    [
      [10, "output", "of the process", 1],
      [500, "output", "of the thread", 2],
      [900, "output", "of the thread", 1],
      [950, "killed", "9", 1],
    ],
  );
});

test("the axis shows round times", () => {
  // Times are in ms; there are about five labels.
  const labels = (from: number, to: number): string[] =>
    ticks(from, to, 5).map(({ label }) => label);
  assert.deepEqual(labels(0, 0.05), ["0", "10 µs", "20 µs", "30 µs", "40 µs", "50 µs"]);
  assert.deepEqual(labels(0, 2), ["0", "0.5 ms", "1.0 ms", "1.5 ms", "2.0 ms"]);
  assert.deepEqual(labels(0, 950), ["0", "200 ms", "400 ms", "600 ms", "800 ms"]);
  assert.deepEqual(labels(0, 2300), ["0", "0.5 s", "1.0 s", "1.5 s", "2.0 s"]);
  assert.deepEqual(labels(0, 50_000), ["0", "10 s", "20 s", "30 s", "40 s", "50 s"]);
  assert.deepEqual(labels(0, 140_000), ["0", "30 s", "1 min", "1 min 30 s", "2 min"]);
  assert.deepEqual(labels(1000.1, 1000.12), [
    "1000.100 ms",
    "1000.105 ms",
    "1000.110 ms",
    "1000.115 ms",
    "1000.120 ms",
  ]);
});

test("the distance between labels is at least as long as wanted, and at most five times as long", () => {
  for (let ms = 1e-4; ms < 1e9; ms *= 1.37) {
    const step = roundStep(ms);
    assert.ok(step >= ms * (1 - 1e-6) && step <= ms * 5, `${String(ms)} → ${String(step)}`);
  }
});
