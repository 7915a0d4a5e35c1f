/** The interactive timeline of a recording or of a run. The page loads it when a reader needs it. */
import * as draw from "../../timeline/drawing/draw.ts";
import { layOut, type Bar, type Track } from "../../timeline/drawing/layout.ts";
import type { Lane } from "../../timeline/model/lane.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { barSentence } from "../../timeline/words/words.ts";
import { freshId } from "../kit/dom.ts";
import { ChartView } from "./chart/chart_view.ts";
import { Navigation } from "./chart/navigation.ts";
import { rowsToDraw } from "./chart/row_window.ts";
import { Selection, type Place } from "./chart/selection.ts";
import { Span } from "./chart/span.ts";
import { Describer, type Subject } from "./description.ts";
import { FigureParts } from "./figure_parts.ts";
import { LiveClock } from "./live_clock.ts";
import { Stepping } from "./player/stepping.ts";
import { RowList } from "./row_list.ts";
import type { Tool } from "./tools.ts";

export interface ViewOptions {
  /** The figure whose content is replaced, except for a `<details>`, which will hold the tables. */
  figure: HTMLElement;
  /** Marks a line of the program that this lane belongs to; 0 removes the mark. */
  markLine: (line: number, lane?: Lane) => void;
}

/** The most bars and marks that are drawn at the same time. */
const MAX_ELEMENTS = 1500;
/** Segments whose bars would be narrower than this are merged. */
const MIN_BAR_WIDTH_PX = 1.5;
/** The approximate distance between two labels of the time axis. */
const TICK_DISTANCE_PX = 70;

export class TimelineView {
  readonly #look: draw.Look = { unit: draw.pixels, hatch: freshId() };
  readonly #end = new AbortController();
  readonly #span = new Span();
  readonly #selection = new Selection();
  readonly #rows = new RowList();
  readonly #describer = new Describer();
  readonly #clock = new LiveClock();
  readonly #chart = new ChartView(this.#look, this.#end.signal, () => this.#scheduleDraw());
  readonly #parts: FigureParts;
  readonly #navigation: Navigation;
  readonly #stepping: Stepping;
  readonly #resizeObserver = new ResizeObserver(() => this.#scheduleDraw());
  readonly #visibilityObserver: IntersectionObserver;
  #timeline: Timeline | undefined;
  #subject: Subject = { what: "" };
  #isVisible = true;
  /** The requested animation frame; 0 if none is requested. */
  #frame = 0;
  /** The marked line of the source; 0 for none. */
  #line = 0;

  constructor({ figure, markLine }: ViewOptions) {
    const { element } = this.#chart;
    this.#parts = new FigureParts(
      figure,
      element,
      (tool) => this.#use(tool),
      () => this.#toggleLibrary(),
    );
    const { tools, panel, tables } = this.#parts;
    this.#navigation = new Navigation(
      {
        chart: this.#chart,
        span: this.#span,
        selection: this.#selection,
        rows: () => this.#rows.rows,
        lineOf: (place) => this.#lineOf(place),
        draw: () => this.#draw(),
        scheduleDraw: () => this.#scheduleDraw(),
        onPointedAt: () => this.#updatePanel(),
        showInPlayer: (place) => this.#stepping.goTo(place),
        markLine,
      },
      this.#end.signal,
    );
    this.#stepping = new Stepping({
      button: tools.buttons.step,
      chart: element,
      after: panel,
      span: this.#span,
      run: () => ({ timeline: this.#timeline, source: this.#subject.source }),
      markLine,
      reveal: (place) => this.#navigation.reveal(place),
      remember: () => this.#navigation.remember(),
      redraw: () => this.#scheduleDraw(),
      width: () => this.#chart.width,
    });
    tables.element.addEventListener("toggle", () => tables.fill(this.#timeline), {
      signal: this.#end.signal,
    });
    this.#visibilityObserver = new IntersectionObserver((entries) => {
      this.#isVisible = entries.at(-1)!.isIntersecting;
      if (this.#isVisible) this.#scheduleDraw();
    });
    this.#resizeObserver.observe(element);
    this.#visibilityObserver.observe(element);
  }

  /** Shows a run. If the run is in progress, `changed` has to be called after new events and at its end. */
  show(timeline: Timeline, subject: Subject): void {
    this.#stepping.close();
    this.#timeline = timeline;
    this.#subject = subject;
    this.#rows.reset();
    this.#selection.clear();
    this.#span.reset();
    this.#chart.scrollTop = 0;
    this.#stepping.update();
    this.#startClock(timeline);
    this.#draw();
    this.#parts.tables.fill(timeline);
    this.#parts.showLegend(timeline, this.#look);
    this.#parts.keepPanelHeight();
  }

  /** Called after new events and at the end of the run. Brings the view up to date with the next frame. */
  changed(): void {
    if (this.#timeline?.ended) this.#parts.tables.fill(this.#timeline);
    this.#stepping.update();
    this.#scheduleDraw();
  }

  /** Marks all segments of a line of the source; 0 for none. */
  mark(line: number): void {
    if (line === this.#line) return;
    this.#line = line;
    this.#scheduleDraw();
  }

  /** Puts the focus on the bar of the segment that had it last, or else on the first bar. */
  focus(): void {
    this.#chart.focus();
  }

  /** Acts as if a reader had pressed this button, and puts the focus on it. */
  press(tool: Tool): void {
    this.focusTool(tool);
    this.#use(tool);
  }

  focusTool(tool: Tool): void {
    this.#parts.tools.buttons[tool].focus({ preventScroll: true });
  }

  /** Restores the static content of the figure. */
  close(): void {
    this.#stepping.close();
    this.#end.abort();
    this.#resizeObserver.disconnect();
    this.#visibilityObserver.disconnect();
    this.#clock.stop();
    cancelAnimationFrame(this.#frame);
    this.#parts.restore();
  }

  #startClock(timeline: Timeline): void {
    this.#clock.stop();
    const { clock } = this.#subject;
    if (!clock) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#clock.start(timeline, clock, isCalm, () => this.#scheduleDraw());
  }

  #use(tool: Tool): void {
    if (tool === "step") void this.#stepping.press();
    else if (tool === "whole") this.#navigation.showWholeRun();
    else this.#navigation.zoom(tool === "in" ? Span.STEP : 1 / Span.STEP);
  }

  #toggleLibrary(): void {
    this.#rows.toggleLibrary();
    this.#draw();
    this.#parts.focusLibrary();
  }

  // --- drawing ----------------------------------------------------------------------------------

  #scheduleDraw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#isVisible) this.#draw();
      else this.#updateTexts();
    });
  }

  /**
   * Updates the list of rows and the texts. The texts may be in view, or be read out, while the chart is
   * out of view.
   */
  #updateTexts(): void {
    const timeline = this.#timeline;
    if (!timeline) return;
    if (this.#rows.update(timeline)) this.#parts.showMore(this.#rows);
    const description = this.#describer.describe(timeline, this.#subject, this.#rows.census);
    this.#parts.describe(description);
    this.#chart.element.ariaLabel = description.label;
  }

  #draw(): void {
    const timeline = this.#timeline;
    if (!timeline) return;
    this.#updateTexts();
    this.#span.follow(timeline.known, timeline.ended);
    const { rows } = this.#rows;
    const width = this.#chart.fit(rows.length);
    if (width <= 0) return;
    const chart = layOut(timeline, rows, {
      from: this.#span.from,
      to: this.#span.to,
      width,
      rowIndexes: rowsToDraw(rows.length, this.#chart.firstRowInView, this.#focusedRow()),
      narrowest: MIN_BAR_WIDTH_PX,
      budget: MAX_ELEMENTS,
      ticks: Math.max(2, Math.floor(width / TICK_DISTANCE_PX)),
      line: this.#line,
    });
    this.#chart.draw(
      chart,
      (tracks) => this.#current(tracks),
      (bar) => this.#selection.isSelected(bar),
    );
    this.#stepping.placePlayhead();
    this.#parts.showFindings(timeline);
    this.#parts.enableZoom(this.#span);
    this.#updatePanel();
  }

  /** The index of the row that has the focus; -1 if no row has it. */
  #focusedRow(): number {
    const { cursor } = this.#selection;
    if (!cursor || !this.#chart.hasFocus) return -1;
    return this.#rows.rows.findIndex(({ lane }) => lane === cursor.lane);
  }

  #current(tracks: readonly Track[]): draw.Current | undefined {
    const bar = this.#selection.currentBar(tracks);
    return bar && { bar, name: this.#sentence(bar) };
  }

  #sentence(bar: Bar): string {
    return this.#timeline ? barSentence(this.#timeline, bar) : "";
  }

  #lineOf({ lane, index }: Place): number {
    const segment = lane.segments[index];
    return this.#timeline && segment ? this.#timeline.lineOf(segment) : 0;
  }

  /**
   * Describes the bar that is under the pointer, focused or selected, or else shows the legend. Also outlines
   * the bar under the pointer.
   */
  #updatePanel(): void {
    const { tracks, hasFocus } = this.#chart;
    const { hovered } = this.#selection;
    this.#chart.highlight(hovered);
    const bar = hovered ?? (hasFocus ? this.#selection.currentBar(tracks) : this.#selectedBar());
    if (bar) this.#parts.showSentence(this.#sentence(bar));
    else if (this.#timeline) this.#parts.showLegend(this.#timeline, this.#look);
  }

  /** The selected bar; undefined while the player is open, because the player describes that bar. */
  #selectedBar(): Bar | undefined {
    return this.#stepping.isOpen ? undefined : this.#selection.selectedBar(this.#chart.tracks);
  }
}
