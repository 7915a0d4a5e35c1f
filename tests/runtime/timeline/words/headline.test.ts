import assert from "node:assert/strict";
import { test } from "node:test";
import { manyTasks } from "../../../../runtime/bench/many_tasks.ts";
import { verdict } from "../../../../runtime/timeline/drawing/comparison.ts";
import { headline } from "../../../../runtime/timeline/words/headline.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { BLOCKED, THREAD, events } from "../model/sample_rows.ts";

function said(rows: TraceRow[], end: number): string {
  const timeline = new Timeline();
  timeline.add(1, events(rows));
  timeline.end(end);
  // The no-break space before a unit.
  return headline(timeline).replace(/\u00a0/g, " ");
}

/** Threads of the program, each with its rows; the main thread waits for them. */
const threads = (...each: ((id: number) => TraceRow[])[]): TraceRow[] => [
  ...THREAD,
  ["wait", 1, 0.1, "thread", "", 9],
  ...each.flatMap((rows, at): TraceRow[] => [
    ["lane", at + 2, 0, "thread", `worker-${String(at)}`, 0, 1, 5],
    ["run", at + 2, 0],
    ...rows(at + 2),
  ]),
];

const sleeps =
  (start: number, end: number) =>
  (id: number): TraceRow[] => [
    ["wait", id, start, "sleep", "", 6],
    ["run", id, end],
    ["end", id, end + 1, "done", ""],
  ];

test("what blocked an event loop comes before all else", () => {
  assert.equal(
    said(BLOCKED, 1110),
    "Line 13 of Task-1 blocked the event loop for 1 s: time.sleep.",
  );
});

test("waits that overlap: how long they take, and how long one after another", () => {
  assert.equal(
    said(threads(sleeps(0, 600), sleeps(0, 300), sleeps(0, 450)), 603),
    "3 waits overlap: 600 ms instead of 1.35 s.",
  );
});

test("waits that do not overlap are said to come one after another", () => {
  assert.equal(
    said(threads(sleeps(0, 300), sleeps(300, 700)), 702),
    "2 waits, one after another: they add up to 700 ms.",
  );
});

test("a wait for a lock is no time that could overlap: it is named", () => {
  const rows = threads(
    (id) => [
      ["wait", id, 0, "lock", "till", 7],
      ["run", id, 800],
      ["end", id, 810, "done", ""],
    ],
    (id) => [["end", id, 800, "done", ""]],
  );
  assert.equal(said(rows, 1000), "Waiting takes 800 ms of 1 s; most of it is waiting for a lock.");
});

const computes =
  (end: number, cpu?: number) =>
  (id: number): TraceRow[] => [
    ...(cpu === undefined ? [] : ([["cpu", id, end, cpu]] as TraceRow[])),
    ["end", id, end, "done", ""],
  ];

test("threads that share the GIL do the work of one, others work at the same time", () => {
  assert.equal(
    said(threads(computes(1000, 500), computes(1000, 500)), 1000),
    "2 threads compute, but only one at any moment: 1 s for 1 s of work.",
  );
  assert.equal(
    said(threads(computes(1000), computes(1000)), 1000),
    "2 threads compute at the same time: 1 s for 2 s of work.",
  );
});

test("there is a sentence for a run that hardly waits, and none for one that has not begun", () => {
  assert.equal(said(THREAD, 30), "Nothing waits for long: the program runs for 30 ms.");
  assert.equal(said([], 0), "");
});

test("of a long run that goes on it is not looked for in each frame", () => {
  const timeline = new Timeline();
  timeline.add(1, events(manyTasks(1000)));
  assert.equal(headline(timeline), "");
  timeline.end(1302);
  assert.match(headline(timeline), /^2,000 waits overlap: /);
});

test("a comparison says how many times as long the slowest run takes", () => {
  const run = (title: string, end: number) => ({ title, end, processes: [] });
  const say = (...runs: ReturnType<typeof run>[]) => verdict(runs).replace(/\u00a0/g, " ");
  assert.equal(
    say(run("One by one", 1350), run("Together", 600)),
    "“Together” takes 600 ms, “One by one” takes 1.35 s: 2.3 times as long.",
  );
  assert.equal(say(run("a", 1000), run("b", 1050)), "All of them take about 1.05 s.");
  assert.equal(say(), "");
});
