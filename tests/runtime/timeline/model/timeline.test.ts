import assert from "node:assert/strict";
import { test } from "node:test";
import { manyTasks } from "../../../../runtime/bench/many_tasks.ts";
import type { Lane, Segment } from "../../../../runtime/timeline/model/lane.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import {
  REASONS,
  type TraceEvent,
  type TraceRow,
} from "../../../../runtime/timeline/model/trace_events.ts";
import { random } from "../../page/random.ts";
import { BLOCKED, MAIN_THREAD, events } from "./sample_rows.ts";

/** Returns the timeline of one process. The run has ended if `end` (in ms) is given. */
function makeTimeline(rows: TraceRow[], end?: number): Timeline {
  const timeline = new Timeline();
  timeline.add(1, events(rows));
  if (end !== undefined) timeline.end(end);
  return timeline;
}

const laneOf = (timeline: Timeline, name: string): Lane =>
  timeline.lanes.find((lane) => lane.name === name)!;

/** Returns the fields of a segment that most tests compare. */
const fieldsOf = ({ state, start, end, reason, line, wokenBy }: Segment): unknown[] => [
  state,
  start,
  end,
  reason,
  line,
  wokenBy,
];

/** The segments of a lane that show a blocked span. */
const blockedSegments = (timeline: Timeline, name: string): Segment[] =>
  laneOf(timeline, name).segments.filter((one) => timeline.blockedSpans.bySegment.has(one));

test("a task is ready, runs and waits, and the lane that woke it is known from the wait on", () => {
  const timeline = makeTimeline(BLOCKED, 1110);
  assert.deepEqual(laneOf(timeline, "Task-1").segments.map(fieldsOf), [
    ["ready", 1, 2, "", 0, 1],
    ["running", 2, 3, "", 11, 1],
    ["waiting", 3, 104, "sleep", 11, -1],
    ["ready", 104, 104.2, "", 0, -1],
    ["running", 104.2, 1106, "", 14, -1],
  ]);
});

test("the segments of a thread say when it ran and when it waited", () => {
  const timeline = makeTimeline(BLOCKED, 1110);
  assert.deepEqual(laneOf(timeline, "MainThread").segments.map(fieldsOf), [
    ["running", 0, 4.5, "", 0, undefined],
    ["waiting", 4.5, 104, "idle", 0, -1],
    ["running", 104, 105, "", 13, -1],
    ["waiting", 105, 1105, "sleep", 13, -1],
    ["running", 1105, 1108, "", 0, -1],
  ]);
});

test("a blocked event loop is reported with reason and line", () => {
  const timeline = makeTimeline(BLOCKED, 1110);
  const [span, ...others] = timeline.blockedSpans.all;
  assert.deepEqual(others, []);
  const { lane, start, end, reason, line, isStarved } = span!;
  assert.deepEqual(
    [lane.name, start, end, reason, line, isStarved],
    ["Task-1", 104.2, 1106, "sleep", 13, false],
  );
  const segment = laneOf(timeline, "Task-1").segments[4]!;
  assert.equal(timeline.blockedSpans.bySegment.get(segment), span);
  assert.deepEqual([segment.line, timeline.lineOf(segment)], [14, 13]);
});

/** A task whose only step takes from 0 to `end` ms, and ends at line 30. */
const taskUntil = (end: number): TraceRow[] => [
  ["lane", 2, 1, "task", "Task-1", 0, 1, 10],
  ["step", 2, 0, 1, 0, end, "sleep", "", 30],
];

test("a step that computed blocked the loop in the line where most samples were taken", () => {
  // An event `seen` is a sample: the line in which a thread ran when the tracer looked.
  const seen: TraceRow[] = [20, 21, 21, 22].map((line, index) => ["seen", 1, 10 * index, line]);
  // A single short wait is not the reason.
  const wait: TraceRow[] = [
    ["wait", 1, 50, "lock", "", 23],
    ["run", 1, 51],
  ];
  const rows = [...MAIN_THREAD, ...seen, ...wait, ...taskUntil(100)];
  const [span] = makeTimeline(rows).blockedSpans.all;
  assert.deepEqual([span?.reason, span?.line, span?.isStarved], ["", 21, false]);
});

test("a callback that waits blocks the loop if there is a task that could run", () => {
  const task: TraceRow[] = [["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"]];
  // The thread sleeps in line 7, or its loop is idle.
  const wait = (start: number, end: number, reason: "sleep" | "idle" = "sleep"): TraceRow[] => [
    ["wait", 1, start, reason, "", reason === "sleep" ? 7 : 0],
    ["ready", 1, end, -1],
    ["run", 1, end],
  ];
  // The task sleeps from 1 ms on, resumes at `from`, and then ends.
  const steps = (from: number): TraceRow[] => [
    ["step", 2, 0, 1, 0, 1, "sleep", "", 4],
    ["step", 2, from, -1, from, from + 1, "", "", 0],
    ["end", 2, from + 1, "done", ""],
  ];
  const rows = [...MAIN_THREAD, ...task, ...wait(2, 50, "idle"), ...wait(50, 250), ...steps(250)];
  const timeline = makeTimeline([...rows, ...wait(260, 400)], 400);
  assert.equal(timeline.blockedSpans.all.length, 1);
  const span = timeline.blockedSpans.all[0]!;
  const { lane, start, end, reason, line } = span;
  assert.deepEqual([lane.name, start, end, reason, line], ["MainThread", 50, 250, "sleep", 7]);
  assert.equal(blockedSegments(timeline, "MainThread").length, 1);

  // A thread blocks nothing if it has no tasks, or if its task has ended or is created later.
  assert.deepEqual(makeTimeline([...MAIN_THREAD, ...wait(50, 250)], 300).blockedSpans.all, []);
  assert.deepEqual(
    makeTimeline([...MAIN_THREAD, ...task, ...steps(10), ...wait(50, 250)], 300).blockedSpans.all,
    [],
  );
  const later: TraceRow = ["lane", 2, 1, "task", "Task-1", 260, 1, 3, "main"];
  assert.deepEqual(
    makeTimeline([...MAIN_THREAD, ...wait(50, 250), later], 300).blockedSpans.all,
    [],
  );
});

test("a callback that computes blocks the loop in the line where samples were taken, if there is a task", () => {
  const task: TraceRow[] = [["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"]];
  const seen = (at: number): TraceRow => ["seen", 1, at, 7];
  // The thread is busy from 51 to 251 ms, with these events in that time, and its loop is idle before
  // and after.
  const busy = (...rows: TraceRow[]): TraceRow[] => [
    ["wait", 1, 2, "idle", "", 0],
    ["ready", 1, 50, -1],
    ["run", 1, 51],
    ...rows,
    ["wait", 1, 251, "idle", "", 0],
    ["ready", 1, 300, -1],
    ["run", 1, 300],
  ];
  const steps: TraceRow[] = [
    ["step", 2, 0, 1, 0, 1, "sleep", "", 4],
    ["step", 2, 300, -1, 301, 302, "sleep", "", 5],
  ];
  const timeline = makeTimeline([...MAIN_THREAD, ...task, ...busy(seen(80), seen(90)), ...steps]);
  assert.equal(timeline.blockedSpans.all.length, 1);
  const span = timeline.blockedSpans.all[0]!;
  const { lane, start, end, reason, line } = span;
  assert.deepEqual([lane.name, start, end, reason, line], ["MainThread", 51, 251, "", 7]);
  assert.equal(blockedSegments(timeline, "MainThread").length, 1);
  // The thread still blocks its loop if it was interrupted from 90 to 120 ms, so that others could run.
  const turns: TraceRow[] = [seen(80), ["ready", 1, 90, 1], ["run", 1, 120]];
  const interrupted = makeTimeline([...MAIN_THREAD, ...task, ...busy(...turns), ...steps]);
  assert.deepEqual(
    interrupted.blockedSpans.all.map(({ start, end, line }) => [start, end, line]),
    [[51, 251, 7]],
  );

  // The thread may have run steps of tasks that the recording leaves out.
  assert.deepEqual(
    makeTimeline([["fewer", 9], ...MAIN_THREAD, ...task, ...busy(seen(80)), ...steps]).blockedSpans
      .all,
    [],
  );
  // If no sample was taken in a line of the program, the machine or a library took the time.
  assert.deepEqual(
    makeTimeline([...MAIN_THREAD, ...task, ...busy(), ...steps]).blockedSpans.all,
    [],
  );
  // Between two event loops, no task waits for the thread.
  const ended: TraceRow[] = [
    ["step", 2, 0, 1, 0, 1, "", "", 0],
    ["end", 2, 1, "done", ""],
    ["lane", 3, 1, "task", "Task-2", 260, 1, 3, "main"],
    ["step", 3, 300, -1, 301, 302, "sleep", "", 5],
  ];
  assert.deepEqual(
    makeTimeline([...MAIN_THREAD, ...task, ...busy(seen(80)), ...ended]).blockedSpans.all,
    [],
  );
  // Short callbacks do not block the loop.
  const short: TraceRow[] = [40, 80, 120, 160, 200].flatMap((at): TraceRow[] => [
    seen(at + 11),
    ["wait", 1, at + 30, "idle", "", 0],
    ["run", 1, at + 35],
  ]);
  assert.deepEqual(
    makeTimeline([...MAIN_THREAD, ...task, ...busy(...short), ...steps]).blockedSpans.all,
    [],
  );
});

test("a callback blocks the loop for a task that waits, even if it starts and ends other tasks", () => {
  // Task-1 sleeps from 1 to 300 ms. In the meantime, a callback runs from 50 to 250 ms.
  const waiting: TraceRow[] = [
    ["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"],
    ["step", 2, 0, 1, 0, 1, "sleep", "", 4],
    ["step", 2, 300, -1, 300, 301, "", "", 0],
    ["end", 2, 301, "done", ""],
  ];
  // The first step of an eager task has no event, because it is part of the step that creates the task.
  const eager: TraceRow[] = [
    ["lane", 3, 1, "task", "Task-2", 100, 1, 3, "main"],
    ["end", 3, 200, "done", ""],
  ];
  const idle: TraceRow[] = [
    ["wait", 1, 2, "idle", "", 0],
    ["ready", 1, 50, -1],
    ["run", 1, 50],
  ];
  const sleeps: TraceRow[] = [
    ["wait", 1, 50, "sleep", "", 7],
    ["run", 1, 250],
  ];
  const computes: TraceRow[] = [["seen", 1, 150, 7]];
  const idleAgain: TraceRow[] = [
    ["wait", 1, 250, "idle", "", 0],
    ["run", 1, 300],
  ];
  for (const callback of [sleeps, computes]) {
    const spansOf = (...tasks: TraceRow[]): unknown =>
      makeTimeline(
        [...MAIN_THREAD, ...idle, ...callback, ...idleAgain, ...tasks],
        400,
      ).blockedSpans.all.map(({ start, end, line }) => [start, end, line]);
    assert.deepEqual(spansOf(...waiting), [[50, 250, 7]]);
    assert.deepEqual(spansOf(...waiting, ...eager), [[50, 250, 7]]);
    assert.deepEqual(spansOf(...eager), []);
  }
});

test("during a run, a wait may belong to a step whose event has not arrived yet", () => {
  const rows: TraceRow[] = [
    ...MAIN_THREAD,
    ["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"],
    ["wait", 1, 50, "sleep", "", 7],
    ["ready", 1, 250, -1],
    ["run", 1, 250],
  ];
  const timeline = makeTimeline(rows);
  assert.equal(timeline.blockedSpans.all.length, 0);
  timeline.add(
    1,
    events([
      ["wait", 1, 252, "idle", "", 0],
      ["step", 2, 40, 1, 40, 251, "sleep", "", 8],
    ]),
  );
  assert.deepEqual(
    timeline.blockedSpans.all.map(({ lane }) => lane.name),
    ["Task-1"],
  );
  // Once the thread is idle, that event must have arrived, so this wait was in a callback.
  const outsideSteps = makeTimeline([...rows, ["wait", 1, 252, "idle", "", 0]]);
  assert.deepEqual(
    outsideSteps.blockedSpans.all.map(({ lane }) => lane.name),
    ["MainThread"],
  );
});

test("a step of 50 ms or more blocks the loop, and without samples, its line is where it ends", () => {
  assert.deepEqual(
    makeTimeline([...MAIN_THREAD, ...taskUntil(50)]).blockedSpans.all.map(({ line, reason }) => [
      line,
      reason,
    ]),
    [[30, ""]],
  );
  assert.deepEqual(makeTimeline([...MAIN_THREAD, ...taskUntil(49)]).blockedSpans.all, []);
});

test("many short waits in the same line are added up, and are the reason of a blocked span", () => {
  const naps: TraceRow[] = [];
  for (let at = 0; at < 100; at += 2) {
    naps.push(["wait", 1, at, "sleep", "", 25], ["run", 1, at + 1.5]);
  }
  const [span] = makeTimeline([...MAIN_THREAD, ...naps, ["seen", 1, 99.9, 26], ...taskUntil(100)])
    .blockedSpans.all;
  assert.deepEqual([span?.reason, span?.line], ["sleep", 25]);
});

test("a step is starved if other threads ran and its own thread got little processor time", () => {
  const starved = (rows: TraceRow[]): unknown => makeTimeline(rows).blockedSpans.all[0]?.isStarved;
  // The thread had a processor for 20 of 101 ms.
  const cpu: TraceRow = ["cpu", 1, 101, 20];
  // If the process has no other thread, the machine was busy with other processes.
  assert.equal(starved([...MAIN_THREAD, ...taskUntil(100), cpu]), false);
  const otherThread: TraceRow[] = [
    ["lane", 5, 0, "thread", "other", 10, 1, 0],
    ["run", 5, 10],
  ];
  assert.equal(starved([...MAIN_THREAD, ...otherThread, ...taskUntil(100), cpu]), true);
  assert.equal(
    starved([...MAIN_THREAD, ...otherThread, ...taskUntil(100), ["cpu", 1, 101, 90]]),
    false,
  );
});

test("an open segment ends at the current time of the timeline", () => {
  const timeline = makeTimeline([...MAIN_THREAD, ["wait", 1, 5, "lock", "", 3]]);
  const last = (): unknown[] => fieldsOf(laneOf(timeline, "MainThread").segments.at(-1)!);
  timeline.advance(8);
  assert.deepEqual(last(), ["waiting", 5, 8, "lock", 3, undefined]);
  timeline.add(1, events([["run", 1, 9]]));
  timeline.advance(12);
  assert.deepEqual(last(), ["running", 9, 12, "", 0, undefined]);
});

test("in a paused run, an open segment ends at the pause, even if the clock was ahead of the pause", () => {
  const timeline = makeTimeline([...MAIN_THREAD, ["wait", 1, 5, "lock", "", 3]]);
  const end = (): number => laneOf(timeline, "MainThread").segments.at(-1)!.end;
  timeline.advance(20);
  timeline.pauseAt(12);
  assert.deepEqual([timeline.now, end()], [12, 12]);
  timeline.advance(12);
  timeline.add(1, events([["run", 1, 15]]));
  timeline.pauseAt(14);
  assert.deepEqual([timeline.now, end()], [15, 15], "now is not before the last event");
  // A run that has ended cannot be paused.
  timeline.end(30);
  timeline.pauseAt(20);
  assert.equal(timeline.now, 30);
});

test("an open segment ends with its thread or process", () => {
  // The last five rows say how both tasks and the main thread end.
  const timeline = makeTimeline([...BLOCKED.slice(0, -5), ["end", 1, 2000, "done", ""]], 3000);
  assert.equal(laneOf(timeline, "Task-2").segments.at(-1)!.end, 2000);
  timeline.add(
    2,
    events([
      ["lane", 1, 0, "thread", "Other", 10, -1, 0],
      ["end", 0, 500, "killed", ""],
    ]),
    1,
  );
  assert.equal(laneOf(timeline, "Other").segments.at(-1)!.end, 500);
});

test("segments end where a trace was cut", () => {
  const timeline = makeTimeline([...MAIN_THREAD, ["wait", 1, 5, "lock", "", 3], ["cut", 50]], 90);
  assert.equal(timeline.cut, 50);
  // The drawing ends a little after the cut, so that the cut can be seen.
  assert.equal(timeline.known, 52);
  assert.equal(laneOf(timeline, "MainThread").segments.at(-1)!.end, 50);
});

test("printed lines and failures are marks", () => {
  const timeline = makeTimeline(BLOCKED, 1110);
  assert.deepEqual(laneOf(timeline, "Task-1").marks, [
    { at: 104.5, kind: "stdout", text: "blocking", line: 12 },
  ]);
  assert.deepEqual(laneOf(timeline, "Task-2").marks, [
    { at: 1107, kind: "failed", text: "ValueError", line: 0 },
  ]);
});

test("the calls that a pool's thread runs divide the time in which it runs", () => {
  const timeline = makeTimeline([
    ...MAIN_THREAD,
    ["lane", 2, 0, "thread", "worker", 0, 1, 0],
    ["run", 2, 0],
    ["job", 2, 1, "read", 8],
    ["wait", 2, 2, "sleep", "", 9],
    ["run", 2, 5],
    ["job", 2, 6, "", 0],
    ["job", 2, 6, "write", 8],
    ["job", 2, 7, "", 0],
    ["wait", 2, 8, "work", "", 0],
    ["end", 2, 8, "done", ""],
  ]);
  assert.deepEqual(
    laneOf(timeline, "worker").segments.map(({ state, start, job }) => [state, start, job]),
    [
      ["running", 0, ""],
      ["running", 1, "read"],
      ["waiting", 2, "read"],
      ["running", 5, "read"],
      ["running", 6, "write"],
      ["running", 7, ""],
    ],
  );
});

test("without samples, a call that a pool's thread runs is in the line of its function or first wait", () => {
  const timeline = makeTimeline([
    ...MAIN_THREAD,
    ["lane", 2, 0, "thread", "worker", 0, 1, 0],
    ["run", 2, 0],
    ["job", 2, 0, "read", 8],
    ["job", 2, 1, "", 0],
    ["job", 2, 2, "write", 18],
    ["ready", 2, 3, 2],
    ["run", 2, 4],
    ["job", 2, 5, "", 0],
    ["job", 2, 6, "close", 28],
    ["wait", 2, 7, "sleep", "", 29],
    ["run", 2, 8],
    ["job", 2, 9, "", 0],
    ["job", 2, 10, "flush", 38],
    ["seen", 2, 10.5, 39],
    ["job", 2, 11, "", 0],
    ["job", 2, 12, "end", 48],
    ["end", 2, 13, "done", ""],
  ]);
  assert.deepEqual(
    laneOf(timeline, "worker")
      .segments.filter(({ state, job }) => state === "running" && job !== "")
      .map(({ job, line }) => [job, line]),
    [
      ["read", 8],
      ["write", 18],
      // The thread continues in the call, but it is not known where.
      ["write", 0],
      ["close", 29],
      ["close", 0],
      ["flush", 39],
      ["end", 48],
    ],
  );
});

test("processor time is spread over the segments in which the thread ran, in proportion", () => {
  const timeline = makeTimeline([
    ...MAIN_THREAD,
    ["job", 1, 40, "a", 1],
    ["cpu", 1, 100, 25],
    ["wait", 1, 100, "work", "", 0],
  ]);
  assert.deepEqual(
    laneOf(timeline, "MainThread").segments.map(({ cpu }) => cpu),
    // 25 ms of processor time in 100 ms, of which the first segment has 40 and the second 60.
    [10, 15, undefined],
  );
});

test("a process is followed by its threads, each with its tasks, and siblings are in order of creation", () => {
  const timeline = new Timeline();
  timeline.add(3, events([["lane", 1, 0, "thread", "of 3", 6, -1, 0]]), 2);
  timeline.add(2, events([["lane", 1, 0, "thread", "of 2", 5, -1, 0]]), 1);
  timeline.add(
    1,
    events([
      ["lane", 5, 0, "thread", "second", 4, 1, 0],
      ["lane", 6, 5, "task", "its task", 4.5, 5, 0],
      ["lane", 1, 0, "thread", "first", 0, -1, 0],
      ["lane", 8, 1, "task", "b", 3, 1, 0],
      ["lane", 7, 1, "task", "a", 2, 1, 0],
    ]),
  );
  assert.deepEqual(
    timeline.lanes.map(({ name }) => name),
    [
      "MainProcess",
      "first",
      "a",
      "b",
      "second",
      "its task",
      "Process 2",
      "of 2",
      "Process 3",
      "of 3",
    ],
  );
});

test("processes that claim to be each other's parents, or their own, are all listed", () => {
  const timeline = new Timeline();
  timeline.add(2, events([]), 3);
  timeline.add(3, events([]), 2);
  timeline.add(4, events([]), 4);
  assert.equal(timeline.lanes.length, 3);
});

test("a thread belongs to a library if it was in no line of the program, and none of its tasks was", () => {
  const timeline = makeTimeline([
    ...MAIN_THREAD,
    ["lane", 2, 0, "thread", "manager", 0, 1, 0],
    ["wait", 2, 1, "process", "", 0],
    ["lane", 3, 0, "thread", "worker", 0, 1, 0],
    ["seen", 3, 1, 9],
    ["lane", 4, 0, "thread", "with a loop", 0, 1, 0],
    ["lane", 5, 4, "task", "Task-1", 0, 4, 3],
  ]);
  assert.deepEqual(
    timeline.lanes.filter(({ own }) => !own).map(({ name }) => name),
    ["manager"],
  );
});

/** The time by which the events of a lane are ordered. */
const timeOf = (event: TraceEvent): number =>
  event.kind === "step" ? event.start : "at" in event ? event.at : 0;

test("events may arrive in any order if their times differ", () => {
  const expected = makeTimeline(BLOCKED, 1110);
  const all = events(BLOCKED);
  const lanes = all.filter(({ kind }) => kind === "lane");
  const others = all.filter(({ kind }) => kind !== "lane");
  const timeline = new Timeline();
  timeline.add(1, lanes);
  // Events of the same time arrive together, and the latest ones first.
  const batches = [...Map.groupBy(others, timeOf)].sort(([a], [b]) => b - a);
  for (const [, batch] of batches) {
    timeline.add(1, batch);
    // Segments are made when they are read, so this makes them again after each batch.
    timeline.lanes.forEach(({ segments }) => void segments);
  }
  timeline.end(1110);
  for (const lane of expected.lanes) {
    assert.deepEqual(
      laneOf(timeline, lane.name).segments.map(fieldsOf),
      lane.segments.map(fieldsOf),
    );
  }
});

/** Returns valid rows of random kinds, in an order in which a tracer may send them. */
function randomRows(next: () => number): TraceRow[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const rows: TraceRow[] = [...MAIN_THREAD];
  // The time of each lane's last event, by lane.
  const clocks = new Map([[1, 0]]);
  const kinds = new Map<number, "thread" | "task">([[1, "thread"]]);
  for (let count = 0; count < 60; count++) {
    const lane = pick([...clocks.keys()]);
    const at = clocks.get(lane)! + (next() < 0.3 ? 0 : next() * 10);
    const line = Math.floor(next() * 5);
    if (next() < 0.1) {
      const id = clocks.size + 1;
      const kind = pick(["thread", "task"] as const);
      const parent = kind === "task" ? pick([...kinds].filter(([, k]) => k === "thread"))[0] : 0;
      rows.push(["lane", id, parent, kind, `lane ${String(id)}`, at, lane, line]);
      clocks.set(id, at);
      kinds.set(id, kind);
    } else if (kinds.get(lane) === "task") {
      const start = at + next() * 3;
      const end = start + (next() < 0.2 ? 80 : next() * 2);
      rows.push(["step", lane, at, pick([-1, 1]), start, end, pick(REASONS), "", line]);
      clocks.set(lane, end);
    } else {
      rows.push(
        pick<TraceRow>([
          ["run", lane, at],
          ["ready", lane, at, pick([-1, lane])],
          ["wait", lane, at, pick(REASONS), "", line],
          ["seen", lane, at, line],
          ["job", lane, at, pick(["", "work"]), line],
          ["cpu", lane, at, next() * 10],
        ]),
      );
      clocks.set(lane, at);
    }
    if (next() < 0.1) rows.push(["output", lane, at, "stdout", "x", line]);
  }
  for (const [lane, at] of clocks) {
    if (next() < 0.3) rows.push(["end", lane, at + next(), "done", ""]);
  }
  return rows;
}

test("segments cover a lane from start to end without gaps, whatever the events", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const rows = randomRows(next);
    const timeline = new Timeline();
    while (rows.length > 0) {
      timeline.add(1, events(rows.splice(0, 1 + Math.floor(next() * 20))));
      // Segments are made when they are read, here after some of the batches.
      if (next() < 0.5) timeline.lanes.forEach(({ segments }) => void segments);
    }
    timeline.end(timeline.now + next() * 5);
    for (const lane of timeline.lanes) {
      if (lane.kind === "process") continue;
      let at = lane.start;
      for (const segment of lane.segments) {
        const { start, end, state } = segment;
        assert.equal(start, at, `seed ${String(seed)}: ${lane.name} has a gap or an overlap`);
        const mayBeEmpty = state === "running" || segment === lane.segments.at(-1);
        assert.ok(end > start || (end === start && mayBeEmpty), `seed ${String(seed)}`);
        at = end;
      }
      assert.equal(at, lane.end, `seed ${String(seed)}: ${lane.name} is covered to its end`);
      assert.ok(lane.end <= timeline.now, `seed ${String(seed)}`);
    }
    for (const { start, end } of timeline.blockedSpans.all) assert.ok(end - start >= 50);
  }
});

test("a lane for a library function belongs to the program if a task of the program created it", () => {
  // "nap" was created by a task that is in the program, and "Task-4" by "nap", which is not. The pool's
  // thread counts because it runs a call for "nap".
  const timeline = makeTimeline([
    ...MAIN_THREAD,
    ["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"],
    ["lane", 3, 1, "task", "nap", 1, 2, 0, "sleep"],
    ["lane", 4, 1, "task", "Task-3", 2, 1, 0, "shutdown_asyncgens"],
    ["lane", 5, 1, "task", "Task-4", 2, 3, 0, "inner"],
    ["lane", 6, 0, "thread", "pool_0", 3, 3, 0],
    ["lane", 7, 0, "thread", "manager", 3, 1, 0],
    ["job", 6, 4, "sleep", 0],
  ]);
  const own = timeline.lanes.filter((lane) => lane.own).map(({ name }) => name);
  assert.deepEqual(own, ["MainProcess", "MainThread", "Task-1", "nap", "pool_0"]);
});

test("10,000 tasks can be added together or piece by piece", () => {
  const rows = manyTasks(10_000);
  assert.ok(rows.length > 50_000);
  const whole = makeTimeline(rows, 1e6);
  const pieces = new Timeline();
  for (let at = 0; at < rows.length; at += 500) pieces.add(1, events(rows.slice(at, at + 500)));
  pieces.end(1e6);
  for (const timeline of [whole, pieces]) {
    assert.equal(timeline.lanes.length, 10_002);
    const segments = timeline.lanes.reduce((sum, lane) => sum + lane.segments.length, 0);
    assert.ok(segments > 60_000, String(segments));
  }
});

test("states of the watched collections are in order of time, even if they arrive in another order", () => {
  const timeline = makeTimeline(MAIN_THREAD);
  timeline.add(1, events([["state", 1, 5, 12, { ready: ["a"] }]]));
  timeline.add(
    1,
    events([
      ["state", 1, 7, 13, { ready: [] }],
      ["state", 1, 6, 14, { ready: ["a", "b"] }],
    ]),
  );
  assert.deepEqual(
    timeline.collectionStates.map(({ lane, at, line, values }) => [
      lane.name,
      at,
      line,
      { ...values },
    ]),
    [
      ["MainThread", 5, 12, { ready: ["a"] }],
      ["MainThread", 6, 14, { ready: ["a", "b"] }],
      ["MainThread", 7, 13, { ready: [] }],
    ],
  );
  assert.equal(timeline.now, 7);
});

test("the timeline is cut after 2,000 states of watched collections", () => {
  const states = Array.from({ length: 3000 }, (_, at): TraceRow => ["state", 1, at, 5, {}]);
  const timeline = makeTimeline([...MAIN_THREAD, ...states]);
  assert.equal(timeline.collectionStates.length, 2000);
  assert.equal(timeline.cut, 2000);
});

test("a task that runs a library function belongs to the program, unless the function is private", () => {
  const timeline = makeTimeline([
    ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
    ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
    ["lane", 2, 1, "task", "Task-1", 1, 1, 10, "main"],
    ["lane", 3, 1, "task", "Task-2", 2, 2, 0, "get"],
    ["lane", 4, 1, "task", "Task-3", 3, 2, 0, "_accept_connection2"],
    ["lane", 5, 1, "task", "Task-4", 4, 2, 20, "_ask"],
  ]);
  const areOwn = ["Task-2", "Task-3", "Task-4"].map((name) => laneOf(timeline, name).own);
  assert.deepEqual(areOwn, [true, false, true]);
});
