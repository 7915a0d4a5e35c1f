import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection } from "../../../../../runtime/page/timeline/chart/selection.ts";
import { draw, makeTimeline, rowsOf } from "../fixture.ts";

const timeline = makeTimeline();
/** The lanes of the first two tasks. */
const [, first, second] = rowsOf(timeline).map(({ lane }) => lane);
const { tracks } = draw(timeline);

test("at first, the focus is on the first bar of the first row that has bars", () => {
  const selection = new Selection();
  const bar = selection.currentBar(tracks)!;
  assert.equal(bar, tracks[0]!.bars[0]);
  selection.enter(tracks);
  assert.deepEqual([selection.cursor!.lane, selection.cursor!.index], [bar.lane, bar.first]);
});

test("when the focus returns to the chart, it is on the same segment as before", () => {
  const selection = new Selection();
  selection.cursor = { lane: second!, index: 1 };
  selection.enter(tracks);
  assert.deepEqual(selection.cursor, { lane: second, index: 1 });
  const bar = selection.currentBar(tracks)!;
  assert.equal(bar.lane, second);
  assert.ok(bar.first <= 1 && bar.last >= 1);
});

test("if the segment with the focus is out of view, the nearest bar of its row is current", () => {
  const selection = new Selection();
  selection.cursor = { lane: first!, index: 0 };
  const later = draw(timeline, 20, 30).tracks;
  const bar = selection.currentBar(later)!;
  assert.equal(bar.lane, first);
  assert.ok(bar.first > 0);
});

test("if the row with the focus is not drawn, another row has the current bar", () => {
  const selection = new Selection();
  selection.cursor = { lane: first!, index: 0 };
  const others = tracks.filter(({ listed }) => listed.lane === second);
  assert.equal(selection.currentBar(others)!.lane, second);
  assert.equal(selection.currentBar([]), undefined);
});

test("a bar is selected if it contains the selected segment, even if it contains others as well", () => {
  const selection = new Selection();
  selection.selected = { lane: first!, index: 1 };
  const bar = selection.selectedBar(tracks)!;
  assert.deepEqual([bar.first, bar.last], [1, 1]);
  const merged = draw(timeline, 0, 1e6).tracks;
  const wide = selection.selectedBar(merged)!;
  assert.ok(wide.last > wide.first && selection.isSelected(wide));
  for (const { bars } of merged.filter(({ listed }) => listed.lane !== first)) {
    assert.ok(!bars.some((other) => selection.isSelected(other)));
  }
});

test("clearing forgets the segment with the focus, the selected one and the bar under the pointer", () => {
  const selection = new Selection();
  selection.selected = selection.cursor = { lane: first!, index: 1 };
  selection.hovered = tracks[0]!.bars[0];
  selection.clear();
  assert.equal(selection.selectedBar(tracks), undefined);
  assert.deepEqual([selection.cursor, selection.hovered], [undefined, undefined]);
});
