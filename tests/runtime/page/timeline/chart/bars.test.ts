import assert from "node:assert/strict";
import { test } from "node:test";
import { barAt, nearest, segmentOf } from "../../../../../runtime/page/timeline/chart/bars.ts";
import { draw, makeTimeline } from "../fixture.ts";

const timeline = makeTimeline();
const chart = draw(timeline);
/**
 * The bars of the second row, which belongs to Task-1. A bar represents the segments of its lane with the
 * indexes from `first` to `last`.
 */
const bars = chart.tracks[1]!.bars;

test("a position inside a bar finds this bar", () => {
  for (const bar of bars) assert.equal(barAt(chart, 1, bar.x + bar.width / 2), bar);
});

test("a position a few pixels beside a bar finds this bar, a position farther away does not", () => {
  const last = bars.at(-1)!;
  const end = last.x + last.width;
  assert.equal(barAt(chart, 1, end + 4), last);
  assert.equal(barAt(chart, 1, end + 40), undefined);
});

test("a row that is not drawn has no bars", () => {
  assert.equal(barAt(chart, 99, 10), undefined);
});

test("where two bars touch, the narrower one is found", () => {
  const [left, right] = [bars[0]!, bars[1]!];
  const narrower = left.width < right.width ? left : right;
  assert.equal(barAt(chart, 1, right.x), narrower);
});

test("of the merged segments of a bar, one represents the bar", () => {
  // In a view of 1,000 s, segments of a few ms are too narrow for bars of their own.
  const merged = draw(timeline, 0, 1e6).tracks[1]!.bars[0]!;
  assert.ok(merged.last > merged.first);
  const index = segmentOf(merged);
  assert.equal(merged.lane.segments[index], merged.segment);
});

test("the bar nearest to a segment contains it, or else follows it, or else is the last one", () => {
  const track = { ...chart.tracks[1]!, bars: bars.slice(1) };
  assert.equal(nearest(track, 2), bars[2]);
  assert.equal(nearest(track, 0), bars[1]);
  assert.equal(nearest(track, 99), bars.at(-1));
  assert.equal(nearest({ ...track, bars: [] }, 0), undefined);
});
