/**
 * The chart of an interactive timeline in the page: rows that scroll, with a grid and an axis. Each row
 * has a name and a track, the area in which bars and marks are drawn.
 */
import * as draw from "../../../timeline/drawing/draw.ts";
import {
  ROWS_IN_VIEW,
  type Bar,
  type Chart,
  type Track,
} from "../../../timeline/drawing/layout.ts";
import { element } from "../../kit/dom.ts";
import { findByKey, patchChildren } from "../../kit/patch_dom.ts";
import { barAt } from "./bars.ts";
import { scrolledTo } from "./row_window.ts";

/**
 * The height of a row in px, as in timeline.css. On a narrow page, rows are higher, because the names are
 * above the bars.
 */
const ROW_HEIGHT = 22;
const NARROW_ROW_HEIGHT = 38;

export class ChartView {
  readonly element = element("div", "tl-chart");
  /** Contains the rows that are drawn, but is as high as all rows together. Pointers act on this element. */
  readonly lanes = element("div", "tl-lanes");
  readonly #scroll = element("div", "tl-scroll");
  /** Contains the grid behind the rows. */
  readonly #frame = element("div", "");
  readonly #axis = element("div", "");
  readonly #look: draw.Look;
  #drawn: Chart | undefined;
  #rowHeight = ROW_HEIGHT;
  #highlighted: Element | undefined;

  constructor(look: draw.Look, signal: AbortSignal, onScroll: () => void) {
    this.#look = look;
    this.element.role = "group";
    this.#scroll.append(this.lanes);
    this.element.append(this.#frame, this.#scroll, this.#axis);
    this.#scroll.addEventListener("scroll", onScroll, { signal, passive: true });
  }

  /** The rows that are drawn now. */
  get tracks(): readonly Track[] {
    return this.#drawn?.tracks ?? [];
  }

  /** The width of the tracks when they were last drawn, in px; 0 if they were never drawn. */
  get width(): number {
    return this.#drawn?.width ?? 0;
  }

  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  get scrollTop(): number {
    return this.#scroll.scrollTop;
  }

  set scrollTop(top: number) {
    this.#scroll.scrollTop = top;
  }

  /** The index, among all rows of the timeline, of the first row that is in view. */
  get firstRowInView(): number {
    return Math.floor(this.#scroll.scrollTop / this.#rowHeight);
  }

  /**
   * Adapts the heights to a number of rows, and to the width of the page. Returns the width of the tracks
   * in px, or 0 if it is not known yet.
   */
  fit(rows: number): number {
    // Before the chart is laid out, the container query that sets `--tl-name` cannot know its width.
    if (this.element.offsetWidth === 0) return 0;
    // On a narrow page, the names have no column beside the tracks, so this width is 0.
    const nameWidth = parseFloat(getComputedStyle(this.element).getPropertyValue("--tl-name")) || 0;
    this.#rowHeight = nameWidth > 0 ? ROW_HEIGHT : NARROW_ROW_HEIGHT;
    this.lanes.style.height = `${String(rows * this.#rowHeight)}px`;
    this.#scroll.style.height = `${String(Math.min(rows, ROWS_IN_VIEW) * this.#rowHeight)}px`;
    const scrollBarWidth = this.#scroll.offsetWidth - this.#scroll.clientWidth;
    this.element.style.setProperty("--tl-bar", `${String(scrollBarWidth)}px`);
    return this.#scroll.clientWidth - nameWidth;
  }

  /**
   * Draws a chart, and leaves elements that have not changed untouched.
   *
   * @param chart - The chart.
   * @param currentBar - Finds the bar, among those of the new tracks, that can have the focus.
   * @param isSelected - Whether a bar contains the selected segment.
   */
  draw(
    chart: Chart,
    currentBar: (tracks: readonly Track[]) => draw.Current | undefined,
    isSelected: (bar: Bar) => boolean,
  ): void {
    this.#drawn = chart;
    const isOnBar = this.lanes.contains(document.activeElement);
    const current = currentBar(chart.tracks);
    patchChildren(
      this.lanes,
      chart.tracks.map((track) => {
        const content = draw.liveTrack(track, this.#look, current, isSelected);
        return draw.row(track, content, track.index * this.#rowHeight);
      }),
    );
    patchChildren(this.#frame, [draw.definitions(this.#look.hatch), draw.grid(chart, this.#look)]);
    patchChildren(this.#axis, [draw.axis(chart, this.#look)]);
    // If bars were merged or split, the segment that has the focus may now belong to another bar. The bar
    // that had the focus is then gone or no longer focusable, so the focus would leave the chart, and the
    // chart would not receive the next key.
    if (isOnBar && document.activeElement !== this.#focusable) this.focus();
  }

  /** Puts the focus on the current bar: that of the segment that had it last, or else the first bar. */
  focus(): void {
    this.#focusable?.focus({ preventScroll: true });
  }

  /** Does the same as `focus`, and scrolls if the bar would be out of view otherwise. */
  focusInView(): void {
    this.focus();
    this.#focusable?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Scrolls the rows no further than necessary to bring the row with this index into view. */
  scrollToRow(index: number): void {
    const { scrollTop, clientHeight } = this.#scroll;
    const top = index * this.#rowHeight;
    const to = scrolledTo(top, this.#rowHeight, scrollTop, clientHeight);
    if (to !== scrollTop) this.#scroll.scrollTop = to;
  }

  /**
   * Converts a horizontal position in the window, in px, to a fraction of the width of the tracks: 0 at
   * their left edge, 1 at their right edge.
   */
  fractionAt(x: number): number {
    const width = this.#drawn?.width ?? 1;
    return (x - this.lanes.getBoundingClientRect().right + width) / width;
  }

  /** Finds the bar at a position in the window, in px. */
  barAt(x: number, y: number): Bar | undefined {
    const chart = this.#drawn;
    if (!chart) return undefined;
    const rowIndex = Math.floor((y - this.lanes.getBoundingClientRect().top) / this.#rowHeight);
    return barAt(chart, rowIndex, this.fractionAt(x) * chart.width);
  }

  /** Outlines this bar and no other one; undefined for none. */
  highlight(bar: Bar | undefined): void {
    const row = bar && findByKey(this.lanes, draw.rowKey(bar.lane));
    const track = row?.querySelector(".tl-track");
    const now = track && findByKey(track, String(bar!.first));
    if (now === this.#highlighted) return;
    this.#highlighted?.removeAttribute("data-hover");
    now?.setAttribute("data-hover", "");
    this.#highlighted = now ?? undefined;
  }

  /** The only bar that the keyboard can reach with Tab. */
  get #focusable(): SVGElement | undefined {
    return this.lanes.querySelector<SVGElement>("[tabindex]") ?? undefined;
  }
}
