/** Finds bars in a drawn chart, and the segments that they represent. */
import type { Bar, Chart, Track } from "../../../timeline/drawing/layout.ts";

/** A pointer that is at most this far from a bar counts as on the bar. */
const TOLERANCE_PX = 6;

/** Returns the index of the segment that represents a bar; see `Bar.segment`. */
export function segmentOf({ lane, first, last, segment }: Bar): number {
  if (first === last) return first;
  return Math.min(last, Math.max(first, lane.segments.indexOf(segment, first)));
}

/** Finds the bar that contains the segment with this index, or else the next bar, or else the last one. */
export function nearest({ bars }: Track, index: number): Bar | undefined {
  return bars.find(({ last }) => last >= index) ?? bars.at(-1);
}

/**
 * Finds the bar at a horizontal position, in px. `rowIndex` is the index of its row among all rows of the
 * timeline, of which the chart may contain only some.
 */
export function barAt(chart: Chart, rowIndex: number, x: number): Bar | undefined {
  const track = chart.tracks.find(({ index }) => index === rowIndex);
  let found: Bar | undefined;
  let smallest = TOLERANCE_PX;
  for (const bar of track?.bars ?? []) {
    const distance = Math.max(bar.x - x, x - bar.x - bar.width, 0);
    // Of two bars at the same distance, the narrower one is found, because it is harder to hit.
    const isWider = found !== undefined && bar.width > found.width;
    if (distance > smallest || (distance === smallest && isWider)) continue;
    found = bar;
    smallest = distance;
  }
  return found;
}
