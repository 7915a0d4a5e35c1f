/** What keys do in the chart of a timeline. */
import type { Bar } from "../../../timeline/drawing/layout.ts";
import { segmentOf } from "./bars.ts";
import { Span } from "./span.ts";
import type { Place } from "../player/stepping.ts";

export interface Acts {
  /** Moves the focus to a segment. */
  goTo: (place: Place) => void;
  /** To the next lane in which something goes on, at the same time. */
  goToLane: (bar: Bar, by: 1 | -1) => void;
  select: (place: Place) => void;
  /** Undefined if nothing is selected. */
  unselect: (() => void) | undefined;
  zoom: (factor: number) => void;
  pan: (by: number) => void;
  showAll: () => void;
}

/** Of the bar that has the focus; undefined for a key that is not the chart's. */
export function actionOf(
  { key, shiftKey }: KeyboardEvent,
  bar: Bar,
  acts: Acts,
): (() => void) | undefined {
  const { lane, first, last } = bar;
  if (shiftKey && key === "ArrowLeft") return () => acts.pan(-0.2);
  if (shiftKey && key === "ArrowRight") return () => acts.pan(0.2);
  switch (key) {
    case "ArrowLeft":
      return () => acts.goTo({ lane, index: first - 1 });
    case "ArrowRight":
      return () => acts.goTo({ lane, index: last + 1 });
    case "ArrowUp":
      return () => acts.goToLane(bar, -1);
    case "ArrowDown":
      return () => acts.goToLane(bar, 1);
    case "Home":
      return () => acts.goTo({ lane, index: 0 });
    case "End":
      return () => acts.goTo({ lane, index: lane.segments.length - 1 });
    case "Enter":
    case " ":
      return () => acts.select({ lane, index: segmentOf(bar) });
    case "Escape":
      return acts.unselect;
    case "+":
    case "=":
      return () => acts.zoom(Span.STEP);
    case "-":
      return () => acts.zoom(1 / Span.STEP);
    case "0":
      return acts.showAll;
    default:
      return undefined;
  }
}
