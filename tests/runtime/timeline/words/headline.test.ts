import assert from "node:assert/strict";
import { test } from "node:test";
import { manyTasks } from "../../../../runtime/bench/many_tasks.ts";
import { verdict } from "../../../../runtime/timeline/drawing/comparison.ts";
import { headline } from "../../../../runtime/timeline/words/headline.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { BLOCKED, MAIN_THREAD, events } from "../model/sample_rows.ts";

/** Returns the headline of a run that ended at `end` (in ms). */
function headlineOf(rows: TraceRow[], end: number): string {
  const timeline = new Timeline();
  timeline.add(1, events(rows));
  timeline.end(end);
  // Replaces the no-break spaces before units.
  return headline(timeline).replace(/\u00a0/g, " ");
}

/**
 * Returns the rows of a run whose main thread waits for other threads. Each argument makes the events of one
 * of these threads from its id.
 */
const threads = (...each: ((id: number) => TraceRow[])[]): TraceRow[] => [
  ...MAIN_THREAD,
  ["wait", 1, 0.1, "thread", "", 9],
  ...each.flatMap((rows, at): TraceRow[] => [
    ["lane", at + 2, 0, "thread", `worker-${String(at)}`, 0, 1, 5],
    ["run", at + 2, 0],
    ...rows(at + 2),
  ]),
];

/** The events of a thread that sleeps from `start` to `end`, and then ends. */
const sleeps =
  (start: number, end: number) =>
  (id: number): TraceRow[] => [
    ["wait", id, start, "sleep", "", 6],
    ["run", id, end],
    ["end", id, end + 1, "done", ""],
  ];

test("if an event loop was blocked, the headline reports that", () => {
  assert.equal(
    headlineOf(BLOCKED, 1110),
    "Line 13 of Task-1 blocked the event loop for 1 s: time.sleep.",
  );
});

test("if waits overlap, the headline compares the time that they take with the sum of their times", () => {
  assert.equal(
    headlineOf(threads(sleeps(0, 600), sleeps(0, 300), sleeps(0, 450)), 603),
    "3 waits overlap: 600 ms instead of 1.35 s.",
  );
});

test("if waits do not overlap, the headline says that they come one after another", () => {
  assert.equal(
    headlineOf(threads(sleeps(0, 300), sleeps(300, 700)), 702),
    "2 waits, one after another: they add up to 700 ms.",
  );
});

test("if a run mostly waits for a lock, the headline says for how long", () => {
  const rows = threads(
    (id) => [
      ["wait", id, 0, "lock", "till", 7],
      ["run", id, 800],
      ["end", id, 810, "done", ""],
    ],
    // This thread holds the lock until 800 ms.
    (id) => [["end", id, 800, "done", ""]],
  );
  assert.equal(headlineOf(rows, 1000), "In a run of 1 s, waiting for a lock takes 800 ms in all.");
});

/** The events of a thread that runs from 0 to `end`, and has a processor for `cpu` ms, if that is known. */
const computes =
  (end: number, cpu?: number) =>
  (id: number): TraceRow[] => [
    ...(cpu === undefined ? [] : ([["cpu", id, end, cpu]] as TraceRow[])),
    ["end", id, end, "done", ""],
  ];

test("the headline distinguishes threads that share the GIL from threads that run at the same time", () => {
  assert.equal(
    headlineOf(threads(computes(1000, 500), computes(1000, 500)), 1000),
    "2 threads compute, but only one at any moment: 1 s for 1 s of work.",
  );
  assert.equal(
    headlineOf(threads(computes(1000), computes(1000)), 1000),
    "2 threads compute at the same time: 1 s for 2 s of work.",
  );
});

test("a run that hardly waits has a headline, and one that has not started has none", () => {
  assert.equal(headlineOf(MAIN_THREAD, 30), "Nothing waits for long: the program runs for 30 ms.");
  assert.equal(headlineOf([], 0), "");
});

test("a run with more than 200 lanes has no headline until it ends", () => {
  const timeline = new Timeline();
  timeline.add(1, events(manyTasks(1000)));
  assert.equal(headline(timeline), "");
  timeline.end(1302);
  assert.match(headline(timeline), /^2,000 waits overlap: /);
});

test("the headline of a comparison says how many times as long the slowest run takes", () => {
  const run = (title: string, end: number) => ({ title, end, processes: [] });
  const verdictOf = (...runs: ReturnType<typeof run>[]) => verdict(runs).replace(/\u00a0/g, " ");
  assert.equal(
    verdictOf(run("One by one", 1350), run("Together", 600)),
    "“Together” takes 600 ms, “One by one” takes 1.35 s: 2.3 times as long.",
  );
  assert.equal(verdictOf(run("a", 1000), run("b", 1050)), "All of them take about 1.05 s.");
  assert.equal(verdictOf(), "");
});
