/** Finds bars in a drawn chart, and the segments that they stand for. */
import type { Bar, Chart, Track } from "../../../timeline/drawing/layout.ts";

/** A position that is at most this far from a bar counts as on the bar. */
const TOLERANCE_PX = 6;

/** Returns the index of the segment that a bar stands for: its only one, or its `segment`. */
export function segmentOf({ lane, first, last, segment }: Bar): number {
  if (first === last) return first;
  return Math.min(last, Math.max(first, lane.segments.indexOf(segment, first)));
}

/** Finds the bar that contains a segment, or else the next bar, or else the last one. */
export function nearest({ bars }: Track, index: number): Bar | undefined {
  return bars.find(({ last }) => last >= index) ?? bars.at(-1);
}

/** Finds the bar at a horizontal position (px), in the row that has this place in the listing. */
export function barAt(chart: Chart, place: number, at: number): Bar | undefined {
  const track = chart.tracks.find(({ index }) => index === place);
  let found: Bar | undefined;
  let distance = TOLERANCE_PX;
  for (const bar of track?.bars ?? []) {
    const far = Math.max(bar.x - at, at - bar.x - bar.width, 0);
    // Next to a wide bar, a narrow one would otherwise be hard to hit.
    if (far > distance || (far === distance && found && bar.width > found.width)) continue;
    found = bar;
    distance = far;
  }
  return found;
}
