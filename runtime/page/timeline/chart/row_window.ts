/** Decides which rows of a timeline are drawn, and how far to scroll so that a row is in view. */
import { ROWS_IN_VIEW, type Listed } from "../../../timeline/drawing/layout.ts";
import type { Lane } from "../../../timeline/model/lane.ts";
import type { Place } from "./selection.ts";

/** Rows that are drawn above and below those in view, so that they are there when readers scroll. */
const MARGIN_ROWS = 3;

/**
 * Lists the indexes of the rows to draw: those in view with a margin, and the row that has the focus,
 * because the focus would be lost if the row were removed from the page.
 *
 * @param count - how many rows there are.
 * @param firstInView - the index of the first row in view.
 * @param focused - the index of the row that has the focus; -1 if no row has it.
 */
export function rowsToDraw(count: number, firstInView: number, focused: number): number[] {
  const first = Math.max(0, firstInView - MARGIN_ROWS);
  // When readers scroll, a part of one more row is in view.
  const end = Math.min(count, first + ROWS_IN_VIEW + 2 * MARGIN_ROWS + 1);
  const indexes = Array.from({ length: end - first }, (_, offset) => first + offset);
  if (focused >= 0 && focused < first) indexes.unshift(focused);
  if (focused >= end) indexes.push(focused);
  return indexes;
}

/**
 * Returns the scroll position, in px, that is nearest to the present one and brings a row into view.
 *
 * All arguments are in px: the top and the height of the row, and the scroll position and the height of
 * the area that scrolls.
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
  let index = rows.findIndex((row) => row.lane === lane) + by;
  for (; index >= 0 && index < rows.length; index += by) {
    const { lane: other } = rows[index]!;
    if (other.segments.length > 0) return { lane: other, index: other.indexAt(time) };
  }
  return undefined;
}
