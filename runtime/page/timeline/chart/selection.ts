/** Remembers which segment of a timeline has the focus, which is selected, and which bar is hovered. */
import type { Bar, Track } from "../../../timeline/drawing/layout.ts";
import type { Lane } from "../../../timeline/model/lane.ts";
import { nearest, segmentOf } from "./bars.ts";

/** A segment, by its index in its lane. */
export interface Place {
  lane: Lane;
  index: number;
}

export class Selection {
  /** The segment that the keyboard last moved to. */
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

  /** Finds the bar that the keyboard is on, or the first bar if it is on none that is drawn. */
  currentBar(tracks: readonly Track[]): Bar | undefined {
    const { cursor } = this;
    const own = tracks.find(({ listed }) => listed.lane === cursor?.lane);
    if (own && own.bars.length > 0) return nearest(own, cursor?.index ?? 0);
    return tracks.find(({ bars }) => bars.length > 0)?.bars[0];
  }

  selectedBar(tracks: readonly Track[]): Bar | undefined {
    const track = tracks.find(({ listed }) => listed.lane === this.selected?.lane);
    return track?.bars.find((bar) => this.isSelected(bar));
  }

  /** Called when the focus enters the chart. The first time, this sets the cursor to the first bar. */
  enter(tracks: readonly Track[]): void {
    const bar = this.currentBar(tracks);
    if (bar) this.cursor ??= { lane: bar.lane, index: segmentOf(bar) };
  }
}
