import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import {
  compare,
  compareRecorded,
  runOf,
  titleOf,
} from "../../../../runtime/timeline/drawing/comparison.ts";
import { listRows } from "../../../../runtime/timeline/drawing/layout.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import { answer } from "../../../../runtime/timeline/drawing/prerender.ts";
import { decodeTrace, type Trace } from "../../../../runtime/timeline/model/trace_events.ts";
import { events, MAIN_THREAD } from "../model/sample_rows.ts";

/** Returns the path of a snippet's recorded trace. */
const pathOfTrace = (snippet: string) =>
  new URL(`../../../../snippets/${snippet}.trace.json`, import.meta.url).pathname;

/** Draws the figure that compares several snippets, each with a title; `name` is the figure's own name. */
async function drawComparison(
  name: string,
  ...compared: [title: string, snippet: string][]
): Promise<string> {
  const runs = compared.map(async ([title, snippet]) => {
    return { title, trace: await readFile(pathOfTrace(snippet), "utf8") };
  });
  return (answer({ name, runs: await Promise.all(runs) }) as { html: string }).html;
}

const readRecorded = async (snippet: string): Promise<Trace> =>
  decodeTrace(JSON.parse(await readFile(pathOfTrace(snippet), "utf8")))!;

/**
 * Names and segments of all lanes, or of those of one run (counted from 0). Names of processes (lane 0) are
 * left out, because a comparison gives the main processes other names.
 */
const contents = (timeline: Timeline, run?: number) =>
  timeline.lanes
    .filter(({ process }) => run === undefined || runOf(process.id) === run)
    .map(({ id, name, kind, segments }) => ({
      name: id === 0 ? "" : name,
      kind,
      segments: segments.map(({ state, start, end, reason, line }) => [
        state,
        start,
        end,
        reason,
        line,
      ]),
    }));

describe("two runs on one axis", async () => {
  const [slow, fast] = await Promise.all([
    readRecorded("overlap/in_turn"),
    readRecorded("overlap/together"),
  ]);
  const {
    timeline: both,
    what,
    about,
  } = compareRecorded([
    ["In turn", slow],
    ["Together", fast],
  ]);

  test("both runs start at 0, and their lanes are the same as in timelines of their own", () => {
    assert.deepEqual(contents(both, 0), contents(Timeline.of(slow)));
    assert.deepEqual(contents(both, 1), contents(Timeline.of(fast)));
    assert.equal(both.now, Math.max(slow.end, fast.end));
  });

  test("each run is listed under its title", () => {
    const { rows } = listRows(both, false);
    const titles = rows.filter(({ depth }) => depth === 0).map(({ name }) => name);
    assert.deepEqual(titles, ["In turn", "Together"]);
  });

  test("printed lines can be attributed to a run by its title", () => {
    const printed = Map.groupBy(both.printed, ({ lane }) => titleOf(lane.process));
    assert.deepEqual([...printed.keys()].toSorted(), ["In turn", "Together"]);
    assert.equal(printed.get("Together")?.length, Timeline.of(fast).printed.length);
    const alone = Timeline.of(fast).printed.map(({ lane }) => titleOf(lane.process));
    assert.deepEqual(new Set(alone), new Set([""]));
  });

  test("the summary says how long each run took", () => {
    assert.ok(slow.end > fast.end);
    assert.match(what, /^recorded on CPython [\d.]+$/);
    assert.match(about, /^In turn 1\.\d+\ss, Together 6\d\d\sms$/);
  });
});

test("a child process is listed under its parent in the same run", async () => {
  const pool = await readRecorded("models/processes");
  const { timeline: both } = compareRecorded([
    ["First", pool],
    ["Second", pool],
  ]);
  assert.equal(both.processes.size, 2 * pool.processes.length);
  assert.deepEqual(contents(both, 1), contents(both, 0));
  for (const { id, parent } of both.processes.values()) {
    if (parent > 0) assert.equal(runOf(parent), runOf(id));
  }
});

test("titles look the same for runs with and without tasks or child processes", async () => {
  const html = await drawComparison(
    "looks",
    ["Plain code", "models/plain"],
    ["asyncio", "models/asynchronous"],
    ["Processes", "models/processes"],
  );
  for (const title of ["Plain code", "asyncio", "Processes"]) {
    assert.match(
      html,
      new RegExp(`class="tl-lane tl-process"[^>]*><span class="tl-name">${title}<`),
    );
  }
});

test("a run that was stopped ends at the time when it was stopped", () => {
  // There is no event for the end of the main thread.
  const stopped = {
    title: "Stopped",
    end: 10,
    processes: [
      {
        process: 1,
        parent: 0,
        events: events([...MAIN_THREAD, ["wait", 1, 4, "sleep", "", 3]]),
      },
    ],
  };
  const both = compare([stopped, { ...stopped, title: "Later", end: 100 }]);
  const mainThreads = both.lanes.filter(({ id }) => id === 1);
  assert.deepEqual(
    mainThreads.map(({ end }) => end),
    [10, 100],
  );
});

test("the static figure names both runs, and a text that is no trace is reported", async () => {
  const html = await drawComparison(
    "compare-0",
    ["In turn", "overlap/in_turn"],
    ["Together", "overlap/together"],
  );
  assert.match(html, /Timeline recorded on CPython [\d.]+: In turn 1\.\d+\ss, Together \d+\sms</);
  assert.match(html, /id="hatch\.compare-0"/);
  const good = { title: "Good", trace: await readFile(pathOfTrace("overlap/together"), "utf8") };
  for (const trace of ["{}", "{", ""]) {
    const answered = answer({ name: "x", runs: [good, { title: "Other", trace }] });
    // The index of the run whose text is no trace.
    assert.deepEqual(answered, { damaged: 1 });
  }
});
