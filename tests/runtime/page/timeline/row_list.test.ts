import assert from "node:assert/strict";
import { test } from "node:test";
import { RowList } from "../../../../runtime/page/timeline/row_list.ts";
import { ROWS_IN_VIEW } from "../../../../runtime/timeline/drawing/layout.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import { makeTimeline } from "./fixture.ts";
import { events } from "../../timeline/model/sample_rows.ts";

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

test("another timeline of the same shape is listed after a reset", () => {
  const list = new RowList();
  list.update(makeTimeline());
  list.reset();
  assert.equal(list.update(makeTimeline()), true);
});

test("rows of libraries are hidden until the reader asks for them", () => {
  const timeline = new Timeline();
  timeline.add(
    1,
    events([
      ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
      ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
      ["run", 1, 0],
      ["lane", 2, 0, "thread", "manager", 0, 1, 0],
    ]),
  );
  timeline.end(9);
  const list = new RowList();
  list.update(timeline);
  const hidden = list.rows.length;
  assert.equal(list.libraryLabel, "Show 1 thread of libraries");
  list.toggleLibrary();
  assert.equal(list.update(timeline), true);
  assert.equal(list.rows.length, hidden + 1);
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
