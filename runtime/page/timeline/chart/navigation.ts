/** Lets keys and pointers change the focus and the selection of a timeline, and what is in view. */
import type { Bar, Listed } from "../../../timeline/drawing/layout.ts";
import type { Lane } from "../../../timeline/model/lane.ts";
import { segmentOf } from "./bars.ts";
import type { ChartView } from "./chart_view.ts";
import { Gestures } from "./gestures.ts";
import { actionOf, type Actions } from "./keys.ts";
import { segmentBeside } from "./row_window.ts";
import type { Place, Selection } from "./selection.ts";
import type { Span } from "./span.ts";

export interface NavigationOptions {
  chart: ChartView;
  span: Span;
  selection: Selection;
  /** Returns all rows of the timeline, from top to bottom. */
  rows: () => readonly Listed[];
  /** Returns the line of the source that a segment belongs to; 0 if the line is unknown. */
  lineOf: (place: Place) => number;
  /** Draws immediately, so that the focus can move to a bar that was not drawn before. */
  draw: () => void;
  /** Draws with the next frame. */
  scheduleDraw: () => void;
  /** Called when the focus or the pointer may have come to another bar, or has left the chart. */
  onPointedAt: () => void;
  /** Shows a segment in the player; returns false if the player is not open. */
  showInPlayer: (place: Place) => boolean;
  /** Marks a line of the source, which belongs to the program of this lane; 0 removes the mark. */
  markLine: (line: number, lane?: Lane) => void;
}

export class Navigation {
  readonly #options: NavigationOptions;

  constructor(options: NavigationOptions, signal: AbortSignal) {
    this.#options = options;
    const { chart, span, selection, onPointedAt } = options;
    chart.element.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    chart.element.addEventListener(
      "focusin",
      () => {
        selection.enter(chart.tracks);
        onPointedAt();
      },
      { signal },
    );
    chart.element.addEventListener("focusout", onPointedAt, { signal });
    const hover = (bar: Bar | undefined): void => {
      selection.hovered = bar;
      onPointedAt();
    };
    new Gestures(chart.lanes, signal, {
      position: (x) => chart.fractionAt(x),
      isWhole: () => span.isWhole,
      zoom: (factor, at) => this.#change(() => span.zoom(factor, at)),
      pan: (by) => this.#change(() => span.pan(by)),
      hover: (x, y) => hover(chart.barAt(x, y)),
      leave: () => hover(undefined),
      press: (x, y) => {
        const bar = chart.barAt(x, y);
        if (bar) this.#select({ lane: bar.lane, index: segmentOf(bar) });
      },
    });
  }

  /**
   * Zooms around the middle of the segment that had the focus last. If there is no such segment, or if its
   * middle is out of view, zooms around the middle of the span in view.
   */
  zoom(factor: number): void {
    const { span, selection } = this.#options;
    const { from, to } = span;
    const segment = selection.cursor?.lane.segments[selection.cursor.index];
    const middle = segment ? (segment.start + segment.end) / 2 : NaN;
    const at = (middle - from) / (to - from);
    this.#change(() => span.zoom(factor, at >= 0 && at <= 1 ? at : 0.5));
  }

  showWholeRun(): void {
    this.#change(() => this.#options.span.reset());
  }

  /** Selects a segment, or none, and brings its row into view, but leaves the focus where it is. */
  reveal(place: Place | undefined): void {
    const { selection, scheduleDraw } = this.#options;
    selection.selected = place;
    if (place) this.#scrollTo(place.lane);
    scheduleDraw();
  }

  /**
   * Returns a function that restores the present selection and the part of the timeline that is in view
   * now, and marks the line of the selected segment. If there is none, the function removes the mark.
   */
  remember(): () => void {
    const { chart, span, selection, lineOf, markLine, scheduleDraw } = this.#options;
    const { selected } = selection;
    const { scrollTop } = chart;
    const restoreSpan = span.remember();
    return () => {
      selection.selected = selected;
      restoreSpan();
      chart.scrollTop = scrollTop;
      markLine(selected ? lineOf(selected) : 0);
      scheduleDraw();
    };
  }

  /** Changes what is in view, and draws it. */
  #change(act: () => void): void {
    act();
    this.#options.scheduleDraw();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { chart, selection } = this.#options;
    const bar = selection.currentBar(chart.tracks);
    const act = bar && actionOf(event, bar, this.#actions());
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #actions(): Actions {
    const { span, selection } = this.#options;
    return {
      goTo: (place) => this.#goTo(place),
      goToRowBeside: (bar, by) => this.#goToRowBeside(bar, by),
      select: (place) => this.#select(place),
      unselect: selection.selected && (() => this.reveal(undefined)),
      zoom: (factor) => this.zoom(factor),
      pan: (by) => this.#change(() => span.pan(by)),
      showWholeRun: () => this.showWholeRun(),
    };
  }

  /** Moves the focus to a segment and brings it into view. */
  #goTo({ lane, index }: Place): void {
    const { chart, span, selection, draw } = this.#options;
    const segment = lane.segments[index];
    if (!segment) return;
    selection.cursor = { lane, index };
    span.reveal(segment.start, segment.end);
    this.#scrollTo(lane);
    draw();
    chart.focusInView();
  }

  /** Scrolls so that the row of a lane is in view. */
  #scrollTo(lane: Lane): void {
    const { chart, rows } = this.#options;
    chart.scrollToRow(rows().findIndex((row) => row.lane === lane));
  }

  #goToRowBeside(bar: Bar, by: 1 | -1): void {
    const { span, rows } = this.#options;
    const { start, end } = bar.segment;
    const time = (Math.max(start, span.from) + Math.min(end, span.to)) / 2;
    const place = segmentBeside(rows(), bar.lane, by, time);
    if (place) this.#goTo(place);
  }

  /** Selects and focuses a segment, and shows it in the player or marks its line. */
  #select(place: Place): void {
    const { selection, showInPlayer, lineOf, markLine } = this.#options;
    selection.selected = place;
    this.#goTo(place);
    if (showInPlayer(place)) return;
    const line = lineOf(place);
    if (line > 0) markLine(line, place.lane);
  }
}
