/**
 * Remembers which segment of a timeline has the focus, which one is selected, and which bar is under the
 * pointer.
 */
import type { Bar, Track } from "../../../timeline/drawing/layout.ts";
import type { Lane } from "../../../timeline/model/lane.ts";
import { nearest, segmentOf } from "./bars.ts";

/** A segment, by its index in its lane. */
export interface Place {
  lane: Lane;
  index: number;
}

export class Selection {
  /** The segment that has the focus, or had it last; undefined before the chart gets the focus. */
  cursor: Place | undefined;
  /** The segment that the reader selected, or that the player shows. */
  selected: Place | undefined;
  /** The bar under the pointer. */
  hovered: Bar | undefined;

  clear(): void {
    this.cursor = undefined;
    this.selected = undefined;
    this.hovered = undefined;
  }

  isSelected(bar: Bar): boolean {
    const { selected } = this;
    return selected?.lane === bar.lane && selected.index >= bar.first && selected.index <= bar.last;
  }

  /**
   * Finds the bar at the cursor. If there is no cursor, or if its row is not drawn or has no bars, finds the
   * first bar of the chart.
   */
  currentBar(tracks: readonly Track[]): Bar | undefined {
    const { cursor } = this;
    const own = tracks.find(({ listed }) => listed.lane === cursor?.lane);
    if (own && own.bars.length > 0) return nearest(own, cursor?.index ?? 0);
    return tracks.find(({ bars }) => bars.length > 0)?.bars[0];
  }

  /** Finds the bar that contains the selected segment, if it is drawn. */
  selectedBar(tracks: readonly Track[]): Bar | undefined {
    const track = tracks.find(({ listed }) => listed.lane === this.selected?.lane);
    return track?.bars.find((bar) => this.isSelected(bar));
  }

  /** Called when the focus enters the chart. If there is no cursor yet, sets it to the first bar. */
  enter(tracks: readonly Track[]): void {
    const bar = this.currentBar(tracks);
    if (bar) this.cursor ??= { lane: bar.lane, index: segmentOf(bar) };
  }
}
