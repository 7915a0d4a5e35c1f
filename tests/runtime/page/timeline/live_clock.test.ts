import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveClock } from "../../../../runtime/page/timeline/live_clock.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { events } from "../../timeline/model/sample_rows.ts";

/** The main thread begins to sleep after 1 ms. */
const SLEEPING: TraceRow[] = [
  ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
  ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
  ["wait", 1, 1, "sleep", "", 3],
];

/** Returns the timeline of a run that is still sleeping. */
function makeLive(): Timeline {
  const timeline = new Timeline();
  timeline.add(1, events(SLEEPING));
  return timeline;
}

/**
 * Starts a clock on mocked time; `ticks` returns how often it has asked for a redraw. `isCalm` stands for
 * a reader who prefers reduced motion.
 */
function start(timeline: Timeline, isCalm = false): { clock: LiveClock; ticks: () => number } {
  let ticks = 0;
  const clock = new LiveClock();
  clock.start(
    timeline,
    () => Date.now(),
    isCalm,
    () => (ticks += 1),
  );
  return { clock, ticks: () => ticks };
}

test("while a run only waits, its timeline advances four times per second", (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "Date"] });
  const timeline = makeLive();
  const { clock, ticks } = start(timeline);
  context.mock.timers.tick(1000);
  assert.equal(timeline.now, 1000);
  assert.equal(ticks(), 4);
  clock.stop();
  context.mock.timers.tick(1000);
  assert.equal(ticks(), 4);
});

test("readers who prefer reduced motion see one redraw per second", (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "Date"] });
  const { clock, ticks } = start(makeLive(), true);
  context.mock.timers.tick(3000);
  assert.equal(ticks(), 3);
  clock.stop();
});

test("the clock stops when the run has ended, and does not start for a run that has ended", (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "Date"] });
  const timeline = makeLive();
  const { ticks } = start(timeline);
  context.mock.timers.tick(250);
  timeline.end(260);
  context.mock.timers.tick(10_000);
  assert.equal(ticks(), 2);
  assert.equal(timeline.now, 260);
  assert.equal(start(timeline).ticks(), 0);
});

test("starting again replaces the timeline that advances", (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "Date"] });
  const [first, second] = [makeLive(), makeLive()];
  const clock = new LiveClock();
  clock.start(
    first,
    () => 500,
    false,
    () => undefined,
  );
  clock.start(
    second,
    () => 700,
    false,
    () => undefined,
  );
  context.mock.timers.tick(250);
  assert.ok(first.now < 500);
  assert.equal(second.now, 700);
  clock.stop();
});
