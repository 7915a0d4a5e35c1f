import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut, listRows, type Bar } from "../../../../runtime/timeline/drawing/layout.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import type { Reason, TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { barLabel, barSentence, waitWords } from "../../../../runtime/timeline/words/words.ts";
import { MAIN_THREAD, events } from "../model/sample_rows.ts";

/** Returns the bars of the last row of a timeline, whose run ended at 1000 ms and is 100 px wide. */
function barsOf(timeline: Timeline): readonly Bar[] {
  timeline.end(1000);
  const { rows } = listRows(timeline, false);
  const { tracks } = layOut(timeline, rows, {
    from: 0,
    to: 1000,
    width: 100,
    rowIndexes: rows.map((_, index) => index),
    narrowest: 1,
    budget: 1500,
    ticks: 6,
    line: 0,
  });
  return tracks.at(-1)!.bars;
}

/** Describes a bar, with ordinary spaces before units. */
const describe = (timeline: Timeline, bar: Bar | undefined): string =>
  barSentence(timeline, bar!).replaceAll("\u00a0", " ");

/** Two short waits, and moments at which the main thread runs; all of that is within 3 ms. */
const SHORT_WAITS: TraceRow[] = [
  ["wait", 1, 500, "lock", "", 4],
  ["run", 1, 501],
  ["wait", 1, 501.1, "lock", "", 4],
  ["ready", 1, 502, -1],
  ["run", 1, 502.2],
  ["wait", 1, 502.3, "lock", "", 4],
];

test("a bar of the least width is said to show mostly what took most of its time", () => {
  const timeline = new Timeline();
  timeline.add(1, events([...MAIN_THREAD, ...SHORT_WAITS]));
  const bar = barsOf(timeline).find(({ first, last }) => last > first);
  assert.equal(bar?.state, "running", "so that readers see that the thread ran at all");
  assert.equal(
    describe(timeline, bar),
    "MainThread: 5 states from 500 ms to 502.3 ms, mostly waiting, but also running. " +
      "Zoom in to tell them apart.",
  );
});

test("a bar that shows the state that took most of its time is said to show mostly this state", () => {
  const rows = [...MAIN_THREAD];
  for (let at = 500; at < 600; at++) {
    rows.push(["wait", 1, at, "lock", "", 4], ["run", 1, at + 0.9]);
  }
  const timeline = new Timeline();
  timeline.add(1, events(rows));
  const bar = barsOf(timeline).find(
    ({ state, first, last }) => state === "waiting" && last > first,
  );
  assert.match(describe(timeline, bar), /, mostly waiting\. Zoom in/);
});

test("where one row shows a thread and its process, the marks of both are described", () => {
  const timeline = new Timeline();
  timeline.add(1, events(MAIN_THREAD));
  timeline.add(
    2,
    events([
      ["lane", 0, -1, "process", "Worker-1", 0, -1, 0],
      ["lane", 1, 0, "thread", "MainThread", 15, -1, 0],
      ["run", 1, 15],
      ["output", 1, 20, "stdout", "second", 3],
      ["output", 0, 10, "stdout", "first", 0],
      ["end", 0, 950, "killed", "9"],
    ]),
    1,
  );
  const [bar] = barsOf(timeline);
  assert.equal(bar?.lane.kind, "thread");
  assert.match(
    describe(timeline, bar),
    /Printed “first” at 10 ms\. Printed “second” at 20 ms, at line 3\. And 1 more mark\.$/,
  );
});

const ADDRESS = "127.0.0.1:8000";
const WORDS: [reason: Reason, target: string, sentence: string, label: string][] = [
  ["connect", ADDRESS, `waited for a connection to ${ADDRESS}`, `connecting to ${ADDRESS}`],
  ["accept", ADDRESS, `waited for a client at ${ADDRESS}`, `waiting for client at ${ADDRESS}`],
  ["read", ADDRESS, `waited for data from ${ADDRESS}`, `waiting for data from ${ADDRESS}`],
  ["write", "a pipe", "waited to send data to a pipe", "waiting to send to a pipe"],
  ["select", ADDRESS, `waited for a socket or pipe (${ADDRESS})`, `waiting for socket ${ADDRESS}`],
  ["read", "", "waited for data", "waiting for data"],
  ["lock", "", "waited for a lock", "waiting for lock"],
  ["thread", "worker", "waited for a thread to end (worker)", "waiting for thread worker"],
];

for (const [reason, target, sentence, label] of WORDS) {
  test(`a wait of the kind ${reason} is described as "${sentence}"`, () => {
    assert.equal(waitWords({ reason, target }), sentence);
    assert.equal(barLabel(reason, target), label);
  });
}
