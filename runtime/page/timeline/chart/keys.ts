/** Maps keys to actions in the chart of a timeline. */
import type { Bar } from "../../../timeline/drawing/layout.ts";
import { segmentOf } from "./bars.ts";
import type { Place } from "./selection.ts";
import { Span } from "./span.ts";

/** The fraction of the time in view by which Shift with an arrow key pans. */
const PAN_STEP = 0.2;

export interface Actions {
  /** Moves the focus to a segment. */
  goTo: (place: Place) => void;
  /** Moves the focus to the segment at the same time in the next row above (-1) or below (1). */
  goToRowBeside: (bar: Bar, by: 1 | -1) => void;
  select: (place: Place) => void;
  /** Ends the selection; undefined if nothing is selected. */
  unselect: (() => void) | undefined;
  zoom: (factor: number) => void;
  /** Pans by a fraction of the time in view. */
  pan: (by: number) => void;
  showWholeRun: () => void;
}

/** Returns what a key does while a bar has the focus; undefined if the chart does not use the key. */
export function actionOf(
  { key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">,
  bar: Bar,
  actions: Actions,
): (() => void) | undefined {
  const { lane, first, last } = bar;
  if (shiftKey && key === "ArrowLeft") return () => actions.pan(-PAN_STEP);
  if (shiftKey && key === "ArrowRight") return () => actions.pan(PAN_STEP);
  switch (key) {
    case "ArrowLeft":
      return () => actions.goTo({ lane, index: first - 1 });
    case "ArrowRight":
      return () => actions.goTo({ lane, index: last + 1 });
    case "ArrowUp":
      return () => actions.goToRowBeside(bar, -1);
    case "ArrowDown":
      return () => actions.goToRowBeside(bar, 1);
    case "Home":
      return () => actions.goTo({ lane, index: 0 });
    case "End":
      return () => actions.goTo({ lane, index: lane.segments.length - 1 });
    case "Enter":
    case " ":
      return () => actions.select({ lane, index: segmentOf(bar) });
    case "Escape":
      return actions.unselect;
    case "+":
    case "=":
      return () => actions.zoom(Span.STEP);
    case "-":
      return () => actions.zoom(1 / Span.STEP);
    case "0":
      return actions.showWholeRun;
    default:
      return undefined;
  }
}
