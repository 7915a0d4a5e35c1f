/**
 * The moments of a run that has ended, to which readers can step. A moment is usually the beginning of a
 * turn, a time in which one lane runs without interruption.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { test } from "node:test";
import { manyTasks } from "../../../../runtime/bench/many_tasks.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import {
  describeMoment,
  maxSectionLines,
  sections,
} from "../../../../runtime/timeline/words/moment_words.ts";
import { Moments } from "../../../../runtime/timeline/model/moments.ts";
import { runToEnd } from "../../../../runtime/timeline/model/pieces.ts";
import { decodeTrace, type TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { assertLinear } from "../../growth.ts";
import { BLOCKED, MAIN_THREAD, events } from "./sample_rows.ts";

/** Returns the moments of a run that ended at `end` (in ms). Each further list is a child process. */
function momentsOf(rows: TraceRow[], end: number, ...others: TraceRow[][]): Moments {
  const timeline = new Timeline();
  timeline.add(1, events(rows));
  others.forEach((more, index) => timeline.add(index + 2, events(more), 1));
  timeline.end(end);
  return runToEnd(Moments.from(timeline));
}

/** Returns the time, the line and the description of each moment. */
const descriptions = (moments: Moments): string[] =>
  moments.all.map(({ at }, number) => {
    const { who, text, line } = describeMoment(moments, number);
    return `${String(at)} (${String(line)}) ${who}${text}`;
  });

/** Returns the entries of the sections that are not empty, at a moment or at a time after it. */
function sectionTexts(moments: Moments, number: number, time?: number): Record<string, string[]> {
  const found = sections(moments, number, time).filter(({ count }) => count > 0);
  return Object.fromEntries(
    found.map(({ name, entries }) => [
      name,
      entries.map(({ name, text }) => `${name} ${text}`.trim()),
    ]),
  );
}

test("each turn of a task is a moment, and the end of the run is the last moment", () => {
  assert.deepEqual(descriptions(momentsOf(BLOCKED, 1110)), [
    "0 (0) MainThread started. It ran for 2\u00a0ms, then it was Task-1’s turn.",
    "2 (10) Task-1 started at line 10. It ran for 1\u00a0ms, then slept at line 11.",
    "3 (20) Task-2 started at line 20. It ran for 1\u00a0ms, then slept at line 21.",
    "104.2 (11) Task-1 resumed from line 11, woken by a timer or something outside. It blocked the event loop for 1\u00a0s at line 13: time.sleep, then ended.",
    "1106.1 (21) Task-2 resumed from line 21, woken by a timer or something outside. It ran for 900\u00a0µs, then failed with ValueError.",
    "1110 (0) The run ended after 1.11\u00a0s.",
  ]);
});

test("ready lanes are in the order in which they became ready, each with the lane that woke it", () => {
  const moments = momentsOf(
    [
      ...MAIN_THREAD,
      ["lane", 2, 1, "task", "main", 1, 1, 10],
      ["lane", 3, 1, "task", "late", 2.1, 2, 20],
      ["lane", 4, 1, "task", "early", 2.2, 2, 20],
      ["step", 2, 1, 1, 2, 2.5, "event", "", 11],
      ["step", 3, 2.1, 2, 3, 4, "event", "", 21],
      ["step", 4, 2.2, 2, 5, 6, "event", "", 21],
      // "late" and "early" become ready in a different order from the one in which they were created.
      ["step", 2, 6, -1, 7, 8, "sleep", "", 12],
      ["step", 4, 7.1, 2, 9, 10, "", "", 0],
      ["end", 4, 10, "done", ""],
      ["step", 3, 7.5, 2, 11, 12, "", "", 0],
      ["end", 3, 12, "cancelled", ""],
    ],
    20,
  );
  assert.deepEqual(sectionTexts(moments, 2), {
    Running: ["late"],
    Ready: ["early since 2.2\u00a0ms, created by main"],
    Waiting: ["event at line 11 main"],
  });
  // The step that wakes two tasks begins before they are ready.
  assert.deepEqual(sectionTexts(moments, 4), {
    Running: ["main"],
    Waiting: ["event at line 21 late, early"],
  });
  assert.deepEqual(sectionTexts(moments, 5).Ready, ["late since 7.5\u00a0ms, woken by main"]);
  assert.match(describeMoment(moments, 6).text, /then was cancelled\.$/);
  // Moment 4 is at 7 ms, and moment 5 at 9 ms. At 8.5 ms, no task runs and both others are ready.
  assert.deepEqual(sectionTexts(moments, 4, 8.5).Ready, [
    "early since 7.1\u00a0ms, woken by main",
    "late since 7.5\u00a0ms, woken by main",
  ]);
});

test("timers are in the order in which they end, and name the task that ends one early", () => {
  const moments = momentsOf(
    [
      ...MAIN_THREAD,
      ["lane", 2, 1, "task", "long", 1, 1, 10],
      ["lane", 3, 1, "task", "short", 1.1, 1, 10],
      ["lane", 4, 1, "task", "cancelled", 1.2, 1, 10],
      ["lane", 5, 1, "task", "last", 1.3, 1, 20],
      ["step", 2, 1, 1, 2, 3, "sleep", "", 11],
      ["step", 3, 1.1, 1, 3, 4, "sleep", "", 12],
      ["step", 4, 1.2, 1, 4, 5, "sleep", "", 13],
      ["step", 5, 1.3, 1, 5, 6, "", "", 0],
      ["step", 3, 105, -1, 105, 106, "", "", 0],
      ["step", 4, 105.5, 3, 106, 107, "", "", 0],
      ["step", 2, 505, -1, 505, 506, "", "", 0],
    ],
    600,
  );
  assert.deepEqual(sectionTexts(moments, 4).Timers, [
    "short line 12, 100\u00a0ms more, until 105\u00a0ms",
    "cancelled line 13, 101\u00a0ms more, until 105.5\u00a0ms, when short ends it",
    "long line 11, 500\u00a0ms more, until 505\u00a0ms",
  ]);
});

test("if times are equal because a clock is coarse, the order of the events decides", () => {
  // All times but that of the end are 5 ms.
  const at = 5;
  const moments = momentsOf(
    [
      ...MAIN_THREAD,
      ["lane", 2, 1, "task", "ping", at, 1, 10],
      ["lane", 3, 1, "task", "pong", at, 2, 10],
      ["step", 2, at, 1, at, at, "turn", "", 11],
      ["step", 3, at, 2, at, at, "turn", "", 11],
      ["step", 2, at, 2, at, at, "turn", "", 11],
      ["step", 3, at, 3, at, at, "sleep", "", 12],
      ["step", 2, at, 2, at, at, "sleep", "", 13],
    ],
    100,
  );
  assert.deepEqual(
    moments.all.map(({ turn }) => turn?.lane.name),
    ["MainThread", "ping", "pong", "ping", "pong", "ping", undefined],
  );
  assert.equal(
    descriptions(moments)[1],
    "5 (10) ping started at line 10. It ran for a time too short to measure, then was ready again immediately.",
  );
  // At this moment, pong has not been created yet.
  assert.deepEqual(sectionTexts(moments, 1), { Running: ["ping"] });
  assert.deepEqual(sectionTexts(moments, 5), {
    Running: ["ping"],
    Timers: ["pong line 12, until after the end of the recording"],
  });
});

test("printed lines belong to the turn of the lane that printed them", () => {
  const moments = momentsOf(BLOCKED, 1110);
  assert.deepEqual(
    moments.printed.map(({ mark, moment }) => [mark.text, moment]),
    [["blocking", 3]],
  );
  assert.equal(moments.printedBy(2).length, 0);
  assert.equal(moments.printedBy(3).length, 1);
  // The line is printed at 104.5 ms, 0.3 ms after the moment.
  assert.equal(moments.printedBy(3, 104.4).length, 0);
  assert.equal(moments.printedBy(3, 104.5).length, 1);
});

test("the thread of an event loop has a turn where it prints, and before and after its tasks", () => {
  const moments = momentsOf(
    [
      ...MAIN_THREAD,
      ["lane", 2, 1, "task", "Task-1", 1, 1, 10],
      ["step", 2, 1, 1, 2, 3, "sleep", "", 11],
      ["wait", 1, 4, "idle", "", 0],
      ["run", 1, 104],
      ["step", 2, 104, -1, 105, 106, "", "", 0],
      ["end", 2, 106, "done", ""],
      ["output", 1, 107, "stdout", "all done", 20],
      ["wait", 1, 108, "sleep", "", 21],
      ["run", 1, 208],
      ["end", 1, 209, "done", ""],
    ],
    210,
  );
  assert.deepEqual(descriptions(moments).slice(3), [
    "106 (21) MainThread resumed. It ran for 2\u00a0ms, then slept at line 21.",
    "208 (21) MainThread resumed from line 21. It ran for 1\u00a0ms, then ended.",
    "210 (0) The run ended after 210\u00a0ms.",
  ]);
  assert.equal(moments.printed[0]?.moment, 3);
});

test("a callback that waits is a turn of the thread, even directly after the step of a task", () => {
  const moments = momentsOf(
    [
      ...MAIN_THREAD,
      ["lane", 2, 1, "task", "beat", 1, 1, 10],
      ["step", 2, 1, 1, 1, 2, "sleep", "", 11],
      ["wait", 1, 3, "idle", "", 0],
      ["run", 1, 100],
      ["step", 2, 100, -1, 101, 102, "sleep", "", 11],
      // A callback that the task has scheduled runs and sleeps.
      ["wait", 1, 104, "sleep", "", 5],
      ["run", 1, 404],
      ["step", 2, 200, -1, 406, 407, "", "", 0],
      ["end", 2, 407, "done", ""],
      ["end", 1, 408, "done", ""],
    ],
    408,
  );
  assert.deepEqual(descriptions(moments).slice(2, 5), [
    "101 (11) beat resumed from line 11, woken by a timer or something outside. It ran for 1\u00a0ms, then slept at line 11.",
    "102 (5) MainThread resumed. It ran for 2\u00a0ms, then slept at line 5.",
    "404 (5) MainThread resumed from line 5. It ran for 2\u00a0ms, then it was beat’s turn.",
  ]);
});

/** The main thread and a thread of a pool alternate. At 7 ms, the main thread is interrupted. */
const TWO_THREADS: TraceRow[] = [
  ...MAIN_THREAD,
  ["lane", 2, 0, "thread", "worker", 1, 1, 5],
  ["wait", 1, 2, "lock", "orders", 9],
  ["run", 2, 2],
  ["job", 2, 3, "count", 6],
  ["job", 2, 4, "", 0],
  ["wait", 2, 6, "work", "", 0],
  ["ready", 1, 5, 2],
  ["run", 1, 6],
  ["ready", 1, 7, 1],
  ["run", 2, 7],
  ["run", 1, 8],
  ["end", 1, 9, "done", ""],
];

test("each turn of a thread is a moment", () => {
  const moments = momentsOf(TWO_THREADS, 10);
  assert.deepEqual(descriptions(moments), [
    "0 (9) MainThread started. It ran for 2\u00a0ms, then waited for a lock (orders) at line 9.",
    "2 (5) worker started at line 5. It ran count for 4\u00a0ms, then waited for work.",
    "6 (9) MainThread resumed from line 9, woken by worker. It ran for 1\u00a0ms, then it was interrupted.",
    "7 (0) worker resumed. It ran for 3\u00a0ms, then its thread ended, or the recording did.",
    "8 (0) MainThread resumed after the interruption. It ran for 1\u00a0ms, then ended.",
    "10 (0) The run ended after 10\u00a0ms.",
  ]);
  assert.deepEqual(sectionTexts(moments, 1), {
    Running: ["worker"],
    Waiting: ["lock (orders) at line 9 MainThread"],
  });
  assert.deepEqual(sectionTexts(moments, 3), {
    Running: ["worker"],
    Ready: ["MainThread since 7\u00a0ms, it was interrupted"],
  });
});

test("a task in whose step the thread waits is listed in place of the thread", () => {
  const moments = momentsOf(
    [
      ...BLOCKED,
      ["lane", 4, 0, "thread", "other", 500, 1, 30],
      ["run", 4, 500],
      ["end", 4, 501, "done", ""],
    ],
    1110,
  );
  const number = moments.all.findIndex(({ turn }) => turn?.lane.name === "other");
  const { Running, Timers } = sectionTexts(moments, number);
  assert.deepEqual(
    [Running, Timers?.[0]],
    [["other"], "Task-1 line 13, 605\u00a0ms more, until 1.105\u00a0s"],
  );
});

test("lanes in different processes have distinct names", () => {
  const child: TraceRow[] = [
    ["lane", 0, -1, "process", "Process-1", 3, -1, 0],
    ["lane", 1, 0, "thread", "MainThread", 3, -1, 7],
    ["run", 1, 3],
    ["end", 1, 8, "done", ""],
  ];
  const moments = momentsOf(
    [
      ...MAIN_THREAD,
      ["wait", 1, 5, "process", "Process-1", 9],
      ["run", 1, 8.5],
      ["end", 1, 9, "done", ""],
    ],
    10,
    child,
  );
  assert.deepEqual(sectionTexts(moments, 1).Running, ["Process-1", "MainProcess"]);
  assert.match(descriptions(moments)[1]!, /^3 \(7\) Process-1 started at line 7/);
});

test("the last moment of a trace that was cut says that the rest is not known", () => {
  // The first nine rows end where the main thread becomes ready at 104 ms.
  const moments = momentsOf([...BLOCKED.slice(0, 9), ["cut", 50]], 1110);
  assert.equal(
    descriptions(moments).at(-1),
    "50 (0) The timeline is limited in size: what came after 50\u00a0ms is not known.",
  );
});

test("lanes that still wait when the run ends are shown at the last moment", () => {
  // The first eight rows end where both tasks sleep and the event loop is idle.
  const moments = momentsOf(BLOCKED.slice(0, 8), 50);
  assert.deepEqual(sectionTexts(moments, moments.all.length - 1), {
    Timers: [
      "Task-1 line 11, until after the end of the recording",
      "Task-2 line 21, until after the end of the recording",
    ],
    Waiting: ["idle MainThread"],
  });
});

test("if a program watches collections, the moments are their changes instead of the turns", () => {
  const moments = momentsOf(
    [
      ...MAIN_THREAD,
      ["state", 1, 1, 5, { ready: [] }],
      ["state", 1, 2, 6, { ready: ["a()", "b()"], timers: [] }],
      ["output", 1, 2.5, "stdout", "a", 3],
      ["state", 1, 3, 7, { ready: ["b()"], timers: ["in 0.20 s: a()"] }],
      ["wait", 1, 4, "sleep", "", 9],
      ["run", 1, 204],
      ["state", 1, 204.5, 8, { ready: ["b()"], timers: ["due: a()"] }],
      ["state", 1, 205, 8, { ready: ["b()", "a()"], timers: [] }],
      ["end", 1, 206, "done", ""],
    ],
    210,
  );
  assert.deepEqual(descriptions(moments), [
    "1 (5) MainThread came to line 5.",
    "2 (6) MainThread came to line 6. a() came into ready. b() came into ready.",
    "3 (7) MainThread came to line 7. a() went from ready to timers. Then it slept for 200\u00a0ms at line 9.",
    "204.5 (8) MainThread came to line 8. a() is due.",
    "205 (8) MainThread came to line 8. a() went from timers to ready.",
    "210 (0) The run ended after 210\u00a0ms.",
  ]);
  assert.deepEqual(
    sections(moments, 0).map(({ name, none }) => [name, none]),
    [
      ["ready", "Empty."],
      ["timers", "Not created yet."],
    ],
  );
  assert.deepEqual(sectionTexts(moments, 2), { ready: ["b()"], timers: ["in 0.20 s: a()"] });
  assert.deepEqual(sectionTexts(moments, 5), { ready: ["b()", "a()"] });
  assert.equal(moments.printed[0]?.moment, 1);
});

test("a segment is shown at the moment when its turn begins, or else at the first moment during the segment", () => {
  const moments = momentsOf(BLOCKED, 1110);
  const [, , task, other] = moments.timeline.lanes;
  const momentOf = (lane = task, index = 0): number => moments.indexFor({ lane: lane!, index });
  assert.equal(momentOf(task, 1), 1, "Task-1 runs");
  assert.equal(momentOf(task, 2), 2, "Task-1 sleeps, and Task-2 runs");
  assert.equal(momentOf(task, 4), 3, "Task-1 runs again");
  assert.equal(momentOf(other, 3), 3, "Task-2 is ready while Task-1 runs");
});

test("the moments of all snippets are in order, and at each of them the lane whose turn it is runs", async () => {
  for await (const file of glob("snippets/**/*.trace.json")) {
    const trace = decodeTrace(JSON.parse(readFileSync(file, "utf8")))!;
    const moments = runToEnd(Moments.from(Timeline.of(trace)));
    assert.ok(moments.all.length >= 2, file);
    let before = 0;
    moments.all.forEach(({ at, turn }, number) => {
      assert.ok(at >= before, `${file}, ${String(number)}`);
      before = at;
      if (!turn) return;
      const { running, ready, timers, waiting } = moments.situationAt(number);
      assert.equal(running[0]?.lane, turn.lane, `${file}, ${String(number)}`);
      const lanes = [...running, ...ready, ...timers, ...waiting.flat()].map(
        ({ lane, task }) => task ?? lane,
      );
      assert.equal(
        new Set(lanes).size,
        lanes.length,
        `${file}, ${String(number)}: a lane is listed twice`,
      );
      const { text } = describeMoment(moments, number);
      assert.doesNotMatch(text, /undefined|NaN/);
    });
    assert.equal(moments.printedBy(moments.all.length - 1).length, moments.printed.length);
  }
});

// A call such as `list.push(...turns)` would fail for so many turns.
test("a task may have more turns than a call in JavaScript may have arguments", () => {
  const steps = Array.from({ length: 200_000 }, (_, at): TraceRow => [
    "step",
    2,
    at,
    1,
    at,
    at + 1,
    "turn",
    "",
    11,
  ]);
  const moments = momentsOf(
    [...MAIN_THREAD, ["lane", 2, 1, "task", "main", 0, 1, 10], ...steps],
    200_000,
  );
  assert.ok(moments.all.length >= 200_000);
});

test("the moments of 10,000 tasks are found quickly", () => {
  const moments = momentsOf(manyTasks(10_000), 1300);
  // Three turns of each task, one of the main thread, and the end of the run.
  assert.equal(moments.all.length, 30_002);
  // For a situation, each task is visited. If all turns were visited for each task, the time would grow
  // with the square of the number of tasks.
  assertLinear((tasks) => {
    const moments = momentsOf(manyTasks(tasks), 1300);
    const step = Math.floor(moments.all.length / 100);
    return () => {
      runToEnd(maxSectionLines(moments));
      for (let number = 0; number < moments.all.length; number += step) moments.situationAt(number);
    };
  }, 1_250);
});
