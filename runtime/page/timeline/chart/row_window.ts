/** Decides which rows of a timeline are drawn, and how far to scroll so that a row is in view. */
import { LANES, type Listed } from "../../../timeline/drawing/layout.ts";
import type { Lane } from "../../../timeline/model/lane.ts";
import type { Place } from "./selection.ts";

/** Rows that are drawn above and below those in view, so that they are there when readers scroll. */
const MARGIN_ROWS = 3;

/**
 * Lists the rows to draw: those in view with a margin, and the row that has the focus, because the
 * focus would be lost if the row were removed from the page.
 *
 * `firstInView` and `focused` are places in the listing; `focused` is -1 if no row has the focus.
 */
export function rowsToDraw(count: number, firstInView: number, focused: number): number[] {
  const first = Math.max(0, firstInView - MARGIN_ROWS);
  const last = Math.min(count, first + LANES + 2 * MARGIN_ROWS + 1);
  const places = Array.from({ length: last - first }, (_, index) => first + index);
  if (focused >= 0 && focused < first) places.unshift(focused);
  if (focused >= last) places.push(focused);
  return places;
}

/**
 * Returns the scroll position, in px, that is nearest to the present one and brings a row into view.
 *
 * All arguments are in px: the top and the height of the row, and the position and the height of the
 * area that scrolls.
 */
export function scrolledTo(
  top: number,
  rowHeight: number,
  scrollTop: number,
  visibleHeight: number,
): number {
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - visibleHeight);
}

/** Finds the segment at a time in the next row above (-1) or below (1) that has any segment. */
export function segmentBeside(
  rows: readonly Listed[],
  lane: Lane,
  by: 1 | -1,
  time: number,
): Place | undefined {
  let place = rows.findIndex((row) => row.lane === lane) + by;
  for (; place >= 0 && place < rows.length; place += by) {
    const { lane: other } = rows[place]!;
    if (other.segments.length > 0) return { lane: other, index: other.indexAt(time) };
  }
  return undefined;
}
