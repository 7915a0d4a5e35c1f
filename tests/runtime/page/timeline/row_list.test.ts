import assert from "node:assert/strict";
import { test } from "node:test";
import { RowList } from "../../../../runtime/page/timeline/row_list.ts";
import { ROWS_IN_VIEW } from "../../../../runtime/timeline/drawing/layout.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { makeTimeline } from "./fixture.ts";
import { events, MAIN_THREAD } from "../../timeline/model/sample_rows.ts";

test("rows are listed again only when lanes were added", () => {
  const timeline = makeTimeline();
  const list = new RowList();
  assert.equal(list.update(timeline), true);
  const { rows } = list;
  assert.equal(list.update(timeline), false);
  assert.equal(list.rows, rows);
  timeline.add(1, events([["lane", 9, 1, "task", "Task-9", 50, 1, 5]]));
  assert.equal(list.update(timeline), true);
  assert.equal(list.rows.length, rows.length + 1);
});

test("after a reset, another timeline is listed even if it has the same lanes", () => {
  const list = new RowList();
  list.update(makeTimeline());
  list.reset();
  assert.equal(list.update(makeTimeline()), true);
});

test("rows of threads that a library has started are hidden until the reader shows them", () => {
  const timeline = new Timeline();
  // The function that the second thread runs has no line (0), because it is not in the program.
  const libraryThread: TraceRow = ["lane", 2, 0, "thread", "manager", 0, 1, 0];
  timeline.add(1, events([...MAIN_THREAD, libraryThread]));
  timeline.end(9);
  const list = new RowList();
  list.update(timeline);
  const shown = list.rows.length;
  assert.equal(list.libraryLabel, "Show 1 thread of libraries");
  list.toggleLibrary();
  assert.equal(list.update(timeline), true);
  assert.equal(list.rows.length, shown + 1);
  assert.equal(list.libraryLabel, "Hide 1 thread of libraries");
});

test("a hint to scroll appears only if there are more rows than are in view", () => {
  const list = new RowList();
  list.update(makeTimeline(3));
  assert.equal(list.scrollHint, "");
  list.reset();
  list.update(makeTimeline(ROWS_IN_VIEW + 5));
  assert.match(list.scrollHint, /^Scroll to see \d+ more rows\. $/);
});
