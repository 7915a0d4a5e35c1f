import assert from "node:assert/strict";
import { test } from "node:test";
import { Describer } from "../../../../runtime/page/timeline/description.ts";
import { headline } from "../../../../runtime/timeline/words/headline.ts";
import { makeTimeline } from "./fixture.ts";
import { events } from "../../timeline/model/sample_rows.ts";

/** A run of 100 ms with three tasks. `describe` gets the words "3 tasks" as an argument. */
const timeline = makeTimeline();

test("the caption names what is shown, how many lanes there are and how long the run took", () => {
  const { caption } = new Describer().describe(timeline, { what: "of this run" }, "3 tasks");
  assert.equal(caption, "Timeline of this run: 3 tasks, 100\u00a0ms");
});

test("the chart's name has the headline and says which keys move through it", () => {
  const found = new Describer().describe(timeline, { what: "of this run" }, "3 tasks");
  assert.equal(found.headline, headline(timeline));
  assert.ok(found.label.startsWith("Timeline: 3 tasks, 100\u00a0ms."), found.label);
  assert.ok(found.label.includes(found.headline));
  assert.ok(found.label.endsWith("Arrow keys go from state to state and from row to row."));
});

test("the texts that a comparison gives replace the number of lanes, the duration and the headline", () => {
  const subject = { what: "of these runs", about: "2 programs", says: "The first is faster." };
  assert.deepEqual(new Describer().describe(timeline, subject, "3 tasks"), {
    caption: "Timeline of these runs: 2 programs",
    headline: "The first is faster.",
    label:
      "Timeline: 2 programs. The first is faster. " +
      "Arrow keys go from state to state and from row to row.",
  });
});

test("the headline is computed again after a change, and for another timeline", () => {
  const describer = new Describer();
  const live = makeTimeline();
  const headlineOf = (shown: typeof live): string =>
    describer.describe(shown, { what: "" }, "").headline;
  const before = headlineOf(live);
  // A step of 60 ms, which blocks the event loop.
  live.add(
    1,
    events([
      ["lane", 9, 1, "task", "Task-9", 35, 1, 5],
      ["step", 9, 35, 1, 35, 95, "sleep", "", 8],
    ]),
  );
  assert.notEqual(headline(live), before);
  assert.equal(headlineOf(live), headline(live));
  assert.equal(headlineOf(timeline), before);
});
