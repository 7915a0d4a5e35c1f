import assert from "node:assert/strict";
import { test } from "node:test";
import {
  rowsToDraw,
  scrolledTo,
  segmentBeside,
} from "../../../../../runtime/page/timeline/chart/row_window.ts";
import { ROWS_IN_VIEW } from "../../../../../runtime/timeline/drawing/layout.ts";
import { Timeline } from "../../../../../runtime/timeline/model/timeline.ts";
import { makeTimeline, rowsOf } from "../fixture.ts";
import { events, MAIN_THREAD } from "../../../timeline/model/sample_rows.ts";

test("of a long list, only the rows in view and a few around them are drawn", () => {
  // There are 10,000 rows, row 500 is the first one in view, and no row has the focus (-1).
  const rows = rowsToDraw(10_000, 500, -1);
  assert.ok(rows[0]! < 500 && rows.at(-1)! > 500 + ROWS_IN_VIEW);
  assert.ok(rows.length < ROWS_IN_VIEW + 10, String(rows.length));
  assert.deepEqual(
    rows,
    [...rows].sort((a, b) => a - b),
  );
});

test("at the ends of the list, no rows beyond them are drawn", () => {
  assert.equal(rowsToDraw(10_000, 0, -1)[0], 0);
  assert.equal(rowsToDraw(10_000, 9_990, -1).at(-1), 9_999);
  assert.deepEqual(rowsToDraw(3, 0, -1), [0, 1, 2]);
  assert.deepEqual(rowsToDraw(0, 0, -1), []);
});

test("the row that has the focus is drawn even if it is out of view, and only once", () => {
  assert.equal(rowsToDraw(10_000, 500, 7)[0], 7);
  assert.equal(rowsToDraw(10_000, 500, 9_000).at(-1), 9_000);
  assert.equal(rowsToDraw(10_000, 500, 501).filter((row) => row === 501).length, 1);
});

test("scrolling to a row moves as little as possible", () => {
  // Rows are 22 px high, and the pixels from 100 to 320 are in view.
  const scrollTo = (top: number): number => scrolledTo(top, 22, 100, 220);
  assert.equal(scrollTo(100), 100);
  assert.equal(scrollTo(298), 100);
  assert.equal(scrollTo(88), 88);
  assert.equal(scrollTo(310), 112);
});

test("the segment above or below is the one at the same time in the next row", () => {
  const timeline = makeTimeline();
  const rows = rowsOf(timeline);
  const [thread, first, second, third] = rows.map(({ lane }) => lane);
  // At 22 ms.
  const below = segmentBeside(rows, first!, 1, 22)!;
  assert.equal(below.lane, second);
  const { start, end } = second!.segments[below.index]!;
  assert.ok(start <= 22 && end >= 22);
  assert.equal(segmentBeside(rows, first!, -1, 22)!.lane, thread);
  assert.equal(segmentBeside(rows, thread!, -1, 22), undefined);
  assert.equal(segmentBeside(rows, third!, 1, 22), undefined);
});

test("rows without segments are skipped", () => {
  const timeline = new Timeline();
  timeline.add(1, events(MAIN_THREAD));
  timeline.add(
    2,
    events([
      ["lane", 0, -1, "process", "Worker-1", 5, -1, 0],
      ["lane", 1, 0, "thread", "MainThread", 5, -1, 0],
      ["lane", 2, 0, "thread", "other", 5, -1, 0],
      ["run", 1, 5],
    ]),
  );
  timeline.end(50);
  const rows = rowsOf(timeline);
  const empty = rows.filter(({ lane }) => lane.segments.length === 0);
  assert.ok(empty.length > 0);
  for (const { lane } of rows) {
    const beside = segmentBeside(rows, lane, 1, 20);
    if (beside) assert.ok(beside.lane.segments[beside.index]);
  }
});
