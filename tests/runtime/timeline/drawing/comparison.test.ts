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
import { events } from "../model/sample_rows.ts";

const snippet = (name: string) =>
  new URL(`../../../../snippets/${name}.trace.json`, import.meta.url).pathname;

/** The figure that compares several snippets, each with a title. */
async function drawn(name: string, ...named: [title: string, snippet: string][]): Promise<string> {
  const runs = named.map(async ([title, each]) => {
    return { title, trace: await readFile(snippet(each), "utf8") };
  });
  return (answer({ name, runs: await Promise.all(runs) }) as { html: string }).html;
}

const recorded = async (name: string): Promise<Trace> =>
  decodeTrace(JSON.parse(await readFile(snippet(name), "utf8")))!;

/** Names and segments of all lanes, or of those of one run. */
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
  const [slow, quick] = await Promise.all([
    recorded("overlap/in_turn"),
    recorded("overlap/together"),
  ]);
  const {
    timeline: both,
    what,
    about,
  } = compareRecorded([
    ["In turn", slow],
    ["Together", quick],
  ]);

  test("each run starts at 0 and keeps its own end", () => {
    assert.deepEqual(contents(both, 0), contents(Timeline.of(slow)));
    assert.deepEqual(contents(both, 1), contents(Timeline.of(quick)));
    assert.equal(both.now, Math.max(slow.end, quick.end));
  });

  test("each run is listed under its title", () => {
    const { rows } = listRows(both, false);
    const titles = rows.filter(({ depth }) => depth === 0).map(({ name }) => name);
    assert.deepEqual(titles, ["In turn", "Together"]);
  });

  test("printed lines can be attributed to a run by its title", () => {
    const printed = Map.groupBy(both.printed, ({ lane }) => titleOf(lane.process));
    assert.deepEqual([...printed.keys()].toSorted(), ["In turn", "Together"]);
    assert.equal(printed.get("Together")?.length, Timeline.of(quick).printed.length);
    const alone = Timeline.of(quick).printed.map(({ lane }) => titleOf(lane.process));
    assert.deepEqual(new Set(alone), new Set([""]));
  });

  test("the summary says how long each run took", () => {
    assert.ok(slow.end > quick.end);
    assert.match(what, /^recorded on CPython [\d.]+$/);
    assert.match(about, /^In turn 1\.\d+\ss, Together 6\d\d\sms$/);
  });
});

test("the processes of each run keep their parents", async () => {
  const pool = await recorded("models/processes");
  const { timeline: both } = compareRecorded([
    ["One", pool],
    ["Other", pool],
  ]);
  assert.equal(both.processes.size, 2 * pool.processes.length);
  assert.deepEqual(contents(both, 1), contents(both, 0));
  for (const { id, parent } of both.processes.values()) {
    if (parent > 0) assert.equal(runOf(parent), runOf(id));
  }
});

test("titles look the same for runs with and without tasks or child processes", async () => {
  const html = await drawn(
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
  const stopped = {
    title: "Stopped",
    end: 10,
    processes: [
      {
        process: 1,
        parent: 0,
        events: events([
          ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
          ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
          ["run", 1, 0],
          ["wait", 1, 4, "sleep", "", 3],
        ]),
      },
    ],
  };
  const both = compare([stopped, { ...stopped, title: "Later", end: 100 }]);
  const ends = both.lanes.filter(({ id }) => id === 1).map(({ end }) => end);
  assert.deepEqual(ends, [10, 100]);
});

test("the static figure names both runs, and a text that is no trace is reported", async () => {
  const html = await drawn(
    "compare-0",
    ["In turn", "overlap/in_turn"],
    ["Together", "overlap/together"],
  );
  assert.match(html, /Timeline recorded on CPython [\d.]+: In turn 1\.\d+\ss, Together \d+\sms</);
  assert.match(html, /id="hatch\.compare-0"/);
  const good = { title: "Good", trace: await readFile(snippet("overlap/together"), "utf8") };
  for (const trace of ["{}", "{", ""]) {
    const damaged = answer({ name: "x", runs: [good, { title: "Other", trace }] });
    assert.deepEqual(damaged, { damaged: 1 });
  }
});
