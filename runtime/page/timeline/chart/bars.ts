/** Finds bars of a drawn timeline, and the segments that they stand for. */
import type { Bar, Chart, Track } from "../../../timeline/drawing/layout.ts";

/** So near a bar, in px, counts as on it. */
const NEAR = 6;

/** Of the segment that a bar stands for. */
export function segmentOf({ lane, first, last, segment }: Bar): number {
  if (first === last) return first;
  return Math.min(last, Math.max(first, lane.segments.indexOf(segment, first)));
}

/** The bar that holds a segment, or the next one. */
export function nearest({ bars }: Track, index: number): Bar | undefined {
  return bars.find(({ last }) => last >= index) ?? bars.at(-1);
}

/** The bar at a position in the lane that stands at this place of the listing. */
export function barAt(chart: Chart, place: number, at: number): Bar | undefined {
  const track = chart.tracks.find(({ index }) => index === place);
  let found: Bar | undefined;
  let distance = NEAR;
  for (const bar of track?.bars ?? []) {
    const far = Math.max(bar.x - at, at - bar.x - bar.width, 0);
    // A narrow bar wins over the wide one beside it.
    if (far > distance || (far === distance && found && bar.width > found.width)) continue;
    found = bar;
    distance = far;
  }
  return found;
}
