import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { attachTimeline } from "../../../../runtime/page/timeline/attached_timeline.ts";
import { RunTimeline } from "../../../../runtime/page/timeline/run_timeline.ts";
import type { TraceBatch } from "../../../../runtime/page/timeline/trace_reader.ts";
import { FakeElement, installDocument, nextFrame } from "../fake_document.ts";

/** The number of the main process, which may be any number. */
const MAIN = 42;
/** A millisecond in nanoseconds, the unit of times in batches. */
const MS = 1e6;

let page: ReturnType<typeof installDocument>;
let output: FakeElement;
let runTimeline: RunTimeline;

/** Makes the timeline of a widget. `figure` contains the recorded timeline, if the widget has one. */
function makeRunTimeline(figure: FakeElement | null): RunTimeline {
  return new RunTimeline({
    recorded: figure
      ? attachTimeline(figure as unknown as HTMLElement, undefined, () => undefined)
      : undefined,
    after: output as unknown as HTMLElement,
    markLine: () => undefined,
  });
}

beforeEach(() => {
  page = installDocument();
  output = new FakeElement("div");
  page.body.append(output);
  runTimeline = makeRunTimeline(null);
});

/** Begins a run in virtual time (clock rate 0), or with another clock rate. */
const begin = (clockRate = 0): void =>
  runTimeline.begin({ clockRate, source: "pass\n", filename: "demo.py" });

/** A batch of events of the main process. `TraceRow` in trace_events.ts names the values of a row. */
const batch = (rows: unknown[][]): TraceBatch => ({
  ...{ type: "trace", process: MAIN, parent: 0, begun: Date.now(), origin: 0 },
  ...{ rows: JSON.stringify(rows), steps: new Float64Array() },
});

const MAIN_THREAD = [
  ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
  ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
  ["run", 1, 0],
];
const SECOND_THREAD = ["lane", 2, 0, "thread", "Thread-1", 50 * MS, 1, 3];

/** Lets modules load and frames be drawn. */
async function settle(): Promise<void> {
  // 20 rounds are 100 ms, more than the modules of the timeline need.
  for (let count = 0; count < 20; count++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    nextFrame();
  }
}

const figures = (): FakeElement[] =>
  page.body.children.filter(({ tag, hidden }) => tag === "figure" && !hidden);
const caption = (): string => figures()[0]?.querySelector("figcaption")?.textContent ?? "";

test("a run with only one thread, which never waits, adds no figure", async () => {
  begin();
  const printed = ["output", 1, 2 * MS, "stdout", "no waiting", 1];
  runTimeline.take(batch([...MAIN_THREAD, printed, ["end", 1, 3 * MS, "done", ""]]));
  runTimeline.end();
  await settle();
  assert.deepEqual(figures(), []);
});

test("a run with a second thread adds a figure after the output", async () => {
  begin();
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  await settle();
  assert.equal(output.nextSibling, figures()[0]);
  assert.match(
    caption(),
    /^Timeline of this run, in your browser, in virtual time, .*: 2 threads, 50\u00a0ms/,
  );
});

test("the button that steps through the run appears when the run is over", async () => {
  begin();
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  await settle();
  const step = figures()[0]!
    .descendants()
    .find(({ tag }) => tag === "button")!;
  assert.equal(step.textContent, "Step through");
  assert.equal(step.hidden, true);
  runTimeline.end();
  await settle();
  assert.equal(step.hidden, false);
});

test("batches that arrive over time extend the same timeline", async () => {
  begin();
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  await settle();
  const [figure] = figures();
  runTimeline.take(batch([["lane", 3, 0, "thread", "Thread-2", 60 * MS, 1, 3]]));
  await settle();
  assert.deepEqual(figures(), [figure]);
  assert.match(caption(), /: 3 threads/);
});

test("a new run does not show the lanes of the run before it", async () => {
  begin();
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  runTimeline.end();
  await settle();
  begin();
  runTimeline.take(batch(MAIN_THREAD));
  runTimeline.end();
  await settle();
  assert.deepEqual(figures(), []);
});

test("invalid batches are ignored", async () => {
  begin();
  runTimeline.take({ ...batch([]), rows: '[["lane", "no number"]]' });
  runTimeline.take({ ...batch([]), rows: "not JSON" });
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  await settle();
  assert.match(caption(), /: 2 threads/);
});

test("the timeline of a paused program ends where it is paused", async () => {
  begin(1);
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  await settle();
  runTimeline.pause(250);
  await settle();
  assert.match(caption(), /, 250\u00a0ms/);
  // Time passes, but the timeline does not grow.
  await settle();
  assert.match(caption(), /, 250\u00a0ms/);
  runTimeline.resume();
  runTimeline.end();
  runTimeline.close();
});

test("the timeline of a paused run replaces the recorded one, even if it has only one thread", async () => {
  const figure = new FakeElement("figure");
  page.body.append(figure);
  runTimeline = makeRunTimeline(figure);
  begin();
  runTimeline.take(batch(MAIN_THREAD));
  await settle();
  assert.equal(caption(), "");
  runTimeline.pause(10);
  await settle();
  assert.match(caption(), /^Timeline of this run/);
});

test("Reset hides the timeline of the run, and Undo shows it again", async () => {
  begin();
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  runTimeline.end();
  await settle();
  runTimeline.showRecorded();
  await settle();
  assert.deepEqual(figures(), []);
  runTimeline.showLive();
  await settle();
  assert.match(caption(), /: 2 threads/);
});

test("after Reset, Undo adds no figure for a run that had none", async () => {
  begin();
  runTimeline.take(batch([...MAIN_THREAD, ["end", 1, 3 * MS, "done", ""]]));
  runTimeline.end();
  await settle();
  runTimeline.showRecorded();
  runTimeline.showLive();
  await settle();
  assert.deepEqual(figures(), []);
});

test("after the widget has left the page, its figure is gone", async () => {
  begin();
  runTimeline.take(batch([...MAIN_THREAD, SECOND_THREAD]));
  await settle();
  runTimeline.close();
  await settle();
  assert.deepEqual(figures(), []);
});
