/** The interactive timeline, of a recording or of a run that goes on. Loaded when it is wanted. */
import * as draw from "../../timeline/drawing/draw.ts";
import { headline } from "../../timeline/words/headline.ts";
import {
  LANES,
  layOut,
  list,
  type Bar,
  type Chart,
  type Listing,
} from "../../timeline/drawing/layout.ts";
import type { Lane } from "../../timeline/model/lane.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { tables } from "../../timeline/drawing/tables.ts";
import { barSentence, census, folded, plural, time } from "../../timeline/words/words.ts";
import { button, element, enable, freshId } from "../kit/dom.ts";
import { findByKey, patchChildren } from "../kit/patch_dom.ts";
import { barAt, nearest, segmentOf } from "./chart/bars.ts";
import { Gestures } from "./chart/gestures.ts";
import { actionOf, type Acts } from "./chart/keys.ts";
import { Span } from "./chart/span.ts";
import { Stepping, type Place } from "./player/stepping.ts";
import { makeTools, type Tool } from "./tools.ts";

export interface ViewOptions {
  /** Its content is replaced, but for a `<details>`, which comes to hold the tables. */
  figure: HTMLElement;
  /** Shows a line of the source, of the program that this lane belongs to; 0 for none. */
  go: (line: number, lane?: Lane) => void;
}

export interface Subject {
  /** "recorded on CPython 3.13" or "of this run, in your browser". */
  what: string;
  /** How much there is to see, where that is not what takes part and how long it took. */
  about?: string;
  /** The sentence that says what is to be seen, where it is not found in the run itself. */
  says?: string;
  /** For a run that goes on: ms since the main process began. Without it only rows move time. */
  clock?: () => number;
  /** The program that ran. */
  source?: string | undefined;
}

/** Bars and marks at once. */
const ELEMENTS = 1500;
/** Narrower bars are merged, in px. */
const NARROWEST = 1.5;
const TICK_DISTANCE = 70;
const TABLE_ROWS = 200;
/** Lanes above and below those in sight, so that scrolling finds them there. */
const MARGIN = 3;
/** Between two redraws of a run that only waits, in ms. */
const TICK = 250;
const CALM_TICK = 1000;

export class TimelineView {
  readonly #figure: HTMLElement;
  readonly #go: ViewOptions["go"];
  readonly #before: ChildNode[];
  readonly #tablesBefore: ChildNode[];
  readonly #look: draw.Look = { unit: draw.pixels, hatch: freshId() };
  readonly #caption = element("span", "");
  readonly #tools = makeTools((tool) => this.#use(tool));
  readonly #says = element("p", "tl-says");
  readonly #findings = element("ul", "tl-findings");
  readonly #chart = element("div", "tl-chart");
  readonly #frame = element("div", "");
  readonly #scroll = element("div", "tl-scroll");
  readonly #lanes = element("div", "tl-lanes");
  readonly #axis = element("div", "");
  readonly #more = element("p", "tl-more");
  readonly #library: HTMLButtonElement;
  readonly #panel = element("p", "tl-panel");
  readonly #details: HTMLDetailsElement;
  readonly #tables = element("div", "tl-tables");
  readonly #end = new AbortController();
  readonly #resized = new ResizeObserver(() => this.#schedule());
  readonly #seen: IntersectionObserver;
  readonly #span = new Span();
  readonly #stepping: Stepping;
  #timeline: Timeline | undefined;
  #subject: Subject = { what: "" };
  #visible = true;
  #frameAsked = 0;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #listing: Listing = { rows: [], library: [] };
  #listed = -1;
  #census = "";
  #found: { timeline: Timeline; version: number; text: string } | undefined;
  #withLibrary = false;
  #drawn: Chart | undefined;
  #rowHeight = 22;
  /** Where the keyboard is. */
  #cursor: Place | undefined;
  #selected: Place | undefined;
  #hovered: Bar | undefined;
  #hoveredElement: Element | undefined;
  #line = 0;

  constructor({ figure, go }: ViewOptions) {
    this.#figure = figure;
    this.#go = go;
    this.#details = figure.querySelector("details") ?? newDetails();
    this.#tablesBefore = [...this.#details.childNodes].slice(1);
    this.#before = [...figure.childNodes].filter((node) => node !== this.#details);
    for (const node of this.#before) node.remove();
    if (!this.#details.parentNode) figure.append(this.#details);
    this.#stepping = new Stepping({
      button: this.#tools.buttons.step,
      chart: this.#chart,
      after: this.#panel,
      span: this.#span,
      run: () => ({ timeline: this.#timeline, source: this.#subject.source }),
      go,
      reveal: (place) => this.#reveal(place),
      remember: () => this.#remember(),
      redraw: () => this.#schedule(),
      width: () => this.#drawn?.width ?? 0,
    });
    this.#library = button("", () => this.#toggleLibrary());
    this.#library.classList.add("tl-link");
    this.#panel.ariaLive = "off";
    this.#chart.role = "group";
    this.#scroll.append(this.#lanes);
    this.#chart.append(this.#frame, this.#scroll, this.#axis);
    const head = element("figcaption", "tl-head", this.#caption, this.#tools.element);
    this.#details.before(head, this.#says, this.#findings, this.#chart, this.#more, this.#panel);
    for (const node of this.#tablesBefore) node.remove();
    this.#tables.role = "group";
    this.#tables.ariaLabel = "Tables";
    this.#tables.tabIndex = 0;
    this.#details.append(this.#tables);
    this.#seen = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)!.isIntersecting;
      if (this.#visible) this.#schedule();
    });
    this.#listen();
  }

  /** Shows a run from now on; `changed` tells when there is more of it. */
  show(timeline: Timeline, subject: Subject): void {
    this.#stepping.close();
    this.#timeline = timeline;
    this.#subject = subject;
    this.#listed = -1;
    this.#cursor = undefined;
    this.#selected = undefined;
    this.#hovered = undefined;
    this.#span.reset();
    this.#scroll.scrollTop = 0;
    this.#stepping.update();
    this.#keepTime();
    this.#draw();
    this.#fillTables();
    this.#showLegend();
    // Whatever it says later, what stands below stays where it is.
    this.#panel.style.minHeight = "";
    this.#panel.style.minHeight = `${String(this.#panel.getBoundingClientRect().height)}px`;
  }

  /** There are new rows, or the run is over. Redraws with the next frame, if it is in sight. */
  changed(): void {
    if (this.#timeline?.ended) this.#fillTables();
    this.#stepping.update();
    this.#schedule();
  }

  /** Marks all segments of a line of the source; 0 for none. */
  mark(line: number): void {
    if (line === this.#line) return;
    this.#line = line;
    this.#schedule();
  }

  /** Puts the focus on the segment where the keyboard was last. */
  focus(): void {
    this.#currentElement()?.focus({ preventScroll: true });
  }

  /** As if this button was pressed, where the focus is from now on. */
  press(tool: Tool): void {
    this.focusTool(tool);
    this.#use(tool);
  }

  focusTool(tool: Tool): void {
    this.#tools.buttons[tool].focus({ preventScroll: true });
  }

  /** Gives the figure its content back. */
  close(): void {
    this.#stepping.close();
    this.#end.abort();
    this.#resized.disconnect();
    this.#seen.disconnect();
    clearInterval(this.#ticking);
    cancelAnimationFrame(this.#frameAsked);
    const summary = this.#details.firstChild;
    for (const node of [...this.#figure.childNodes]) if (node !== this.#details) node.remove();
    this.#details.replaceChildren(...(summary ? [summary] : []), ...this.#tablesBefore);
    this.#details.before(...this.#before);
  }

  #listen(): void {
    const { signal } = this.#end;
    this.#resized.observe(this.#chart);
    this.#seen.observe(this.#chart);
    this.#scroll.addEventListener("scroll", () => this.#schedule(), { signal, passive: true });
    this.#details.addEventListener("toggle", () => this.#fillTables(), { signal });
    this.#chart.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#chart.addEventListener("focusin", () => this.#onFocus(), { signal });
    this.#chart.addEventListener("focusout", () => this.#tell(), { signal });
    new Gestures(this.#lanes, signal, {
      position: (x) => this.#fraction(x),
      isWhole: () => this.#span.isWhole,
      zoom: (factor, at) => this.#change(() => this.#span.zoom(factor, at)),
      pan: (by) => this.#change(() => this.#span.pan(by)),
      hover: (x, y) => this.#hover(x, y),
      leave: () => this.#hover(NaN, NaN),
      press: (x, y) => {
        const bar = this.#barAt(x, y);
        if (bar) this.#select({ lane: bar.lane, index: segmentOf(bar) });
      },
    });
  }

  /** A run that only waits tells nothing, but time goes on. */
  #keepTime(): void {
    clearInterval(this.#ticking);
    const { clock } = this.#subject;
    if (!clock || this.#timeline?.ended) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#ticking = setInterval(
      () => {
        const timeline = this.#timeline;
        if (!timeline || timeline.ended) clearInterval(this.#ticking);
        else timeline.advance(clock());
        this.#schedule();
      },
      calm ? CALM_TICK : TICK,
    );
  }

  #use(tool: Tool): void {
    if (tool === "step") void this.#stepping.press();
    else if (tool === "whole") this.#change(() => this.#span.reset());
    else this.#zoom(tool === "in" ? Span.STEP : 1 / Span.STEP);
  }

  #change(act: () => void): void {
    act();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frameAsked !== 0) return;
    this.#frameAsked = requestAnimationFrame(() => {
      this.#frameAsked = 0;
      if (this.#visible) this.#draw();
      else this.#sayWhat();
    });
  }

  /** Also where the chart is out of sight: what says so may be in sight, or read out. */
  #sayWhat(): void {
    const timeline = this.#timeline;
    if (!timeline) return;
    this.#list(timeline);
    const about = this.#subject.about ?? `${this.#census}, ${time(timeline.now)}`;
    this.#caption.textContent = `Timeline ${this.#subject.what}: ${about}`;
    const says = this.#subject.says ?? this.#headline(timeline);
    if (this.#says.textContent !== says) this.#says.textContent = says;
    this.#says.hidden = says === "";
    const keys = "Arrow keys go from state to state and from row to row.";
    this.#chart.ariaLabel = [`Timeline: ${about}.`, says, keys].filter(Boolean).join(" ");
  }

  /** Found once for each version of the timeline: it looks at all segments, and zooming changes none. */
  #headline(timeline: Timeline): string {
    const { version } = timeline;
    if (this.#found?.timeline !== timeline || this.#found.version !== version) {
      this.#found = { timeline, version, text: headline(timeline) };
    }
    return this.#found.text;
  }

  #draw(): void {
    const timeline = this.#timeline;
    if (!timeline) return;
    this.#sayWhat();
    this.#span.follow(timeline.known, timeline.ended);
    const width = this.#measure();
    if (width <= 0) return;
    const { rows } = this.#listing;
    const chart = layOut(timeline, rows, {
      from: this.#span.from,
      to: this.#span.to,
      width,
      places: this.#places(),
      narrowest: NARROWEST,
      budget: ELEMENTS,
      ticks: Math.max(2, Math.floor(width / TICK_DISTANCE)),
      line: this.#line,
    });
    this.#drawn = chart;
    this.#stepping.place();
    const isOnBar = this.#lanes.contains(document.activeElement);
    const current = this.#current();
    patchChildren(
      this.#lanes,
      chart.tracks.map((track) => {
        const content = draw.liveTrack(track, this.#look, current, (bar) => this.#isSelected(bar));
        return draw.row(track, content, track.index * this.#rowHeight);
      }),
    );
    patchChildren(this.#frame, [draw.definitions(this.#look.hatch), draw.grid(chart, this.#look)]);
    patchChildren(this.#axis, [draw.axis(chart, this.#look)]);
    patchChildren(this.#findings, draw.findings(timeline));
    this.#findings.hidden = !this.#findings.hasChildNodes();
    const whole = this.#span.isWhole;
    const { buttons } = this.#tools;
    enable(buttons.out, !whole);
    enable(buttons.whole, !whole);
    enable(buttons.in, !this.#span.isFinest);
    // A bar may have been merged with others, or split: the focus follows the keyboard's place. An
    // element that can no longer have the focus loses it only later, and the next key would be lost.
    if (isOnBar && document.activeElement !== this.#currentElement()) this.focus();
    this.#tell();
  }

  #list(timeline: Timeline): void {
    if (this.#listed === timeline.shape) return;
    this.#listed = timeline.shape;
    this.#listing = list(timeline, this.#withLibrary);
    this.#census = census(timeline);
    const { library } = this.#listing;
    this.#library.textContent = `${this.#withLibrary ? "Hide" : "Show"} ${folded(library)}`;
    const below = this.#listing.rows.length - LANES;
    const scroll = below > 0 ? `Scroll to see ${plural(below, "more row")}. ` : "";
    this.#more.replaceChildren(scroll, ...(library.length > 0 ? [this.#library] : []));
    this.#more.hidden = library.length === 0 && below <= 0;
  }

  /** Fits the heights; returns the width of the tracks. */
  #measure(): number {
    const { rows } = this.#listing;
    // Only once it is laid out does it know how wide its container is.
    if (this.#chart.offsetWidth === 0) return 0;
    const name = parseFloat(getComputedStyle(this.#chart).getPropertyValue("--tl-name")) || 0;
    // On a narrow page the names stand above the bars.
    this.#rowHeight = name > 0 ? 22 : 38;
    this.#lanes.style.height = `${String(rows.length * this.#rowHeight)}px`;
    this.#scroll.style.height = `${String(Math.min(rows.length, LANES) * this.#rowHeight)}px`;
    const bar = this.#scroll.offsetWidth - this.#scroll.clientWidth;
    this.#chart.style.setProperty("--tl-bar", `${String(bar)}px`);
    return this.#scroll.clientWidth - name;
  }

  /** Which lanes to draw: those in sight, and the one that may have the focus. */
  #places(): number[] {
    const { rows } = this.#listing;
    const first = Math.max(0, Math.floor(this.#scroll.scrollTop / this.#rowHeight) - MARGIN);
    const last = Math.min(rows.length, first + LANES + 2 * MARGIN + 1);
    const places = Array.from({ length: last - first }, (_, index) => first + index);
    const cursor = this.#cursor;
    if (cursor && this.#chart.contains(document.activeElement)) {
      const place = rows.findIndex(({ lane }) => lane === cursor.lane);
      if (place >= 0 && place < first) places.unshift(place);
      if (place >= last) places.push(place);
    }
    return places;
  }

  #toggleLibrary(): void {
    this.#withLibrary = !this.#withLibrary;
    this.#listed = -1;
    this.#draw();
    this.#library.focus({ preventScroll: true });
  }

  // --- the keyboard's place ---------------------------------------------------------------------

  /** The bar that holds the cursor, or the one that the keyboard comes to first. */
  #current(): draw.Current | undefined {
    const tracks = this.#drawn?.tracks ?? [];
    const own = tracks.find(({ listed }) => listed.lane === this.#cursor?.lane);
    const index = this.#cursor?.index ?? 0;
    const track = own && own.bars.length > 0 ? own : tracks.find(({ bars }) => bars.length > 0);
    const bar = track && (track === own ? nearest(track, index) : track.bars[0]);
    return bar && { bar, name: barSentence(this.#timeline!, bar) };
  }

  #currentElement(): SVGElement | undefined {
    return this.#lanes.querySelector<SVGElement>("[tabindex]") ?? undefined;
  }

  #isSelected(bar: Bar): boolean {
    const selected = this.#selected;
    return selected?.lane === bar.lane && selected.index >= bar.first && selected.index <= bar.last;
  }

  #onFocus(): void {
    const bar = this.#current()?.bar;
    if (bar) this.#cursor ??= { lane: bar.lane, index: segmentOf(bar) };
    this.#tell();
  }

  #selectedBar(): Bar | undefined {
    const track = this.#drawn?.tracks.find(({ listed }) => listed.lane === this.#selected?.lane);
    return track?.bars.find((bar) => this.#isSelected(bar));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const current = this.#current();
    if (!current) return;
    const act = actionOf(event, current.bar, this.#acts());
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #acts(): Acts {
    return {
      goTo: (place) => this.#goTo(place),
      goToLane: (bar, by) => this.#goToLane(bar, by),
      select: (place) => this.#select(place),
      unselect: this.#selected && (() => this.#unselect()),
      zoom: (factor) => this.#zoom(factor),
      pan: (by) => this.#change(() => this.#span.pan(by)),
      showAll: () => this.#change(() => this.#span.reset()),
    };
  }

  /** Moves the focus to a segment, and what is in view with it. */
  #goTo({ lane, index }: Place): void {
    const segment = lane.segments[index];
    if (!segment) return;
    this.#cursor = { lane, index };
    this.#span.reveal(segment.start, segment.end);
    this.#scrollTo(lane);
    this.#draw();
    const focused = this.#currentElement();
    focused?.focus({ preventScroll: true });
    focused?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #scrollTo(lane: Lane): void {
    const place = this.#listing.rows.findIndex((row) => row.lane === lane);
    const [top, height] = [place * this.#rowHeight, this.#scroll.clientHeight];
    const { scrollTop } = this.#scroll;
    if (top < scrollTop) this.#scroll.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + height) {
      this.#scroll.scrollTop = top + this.#rowHeight - height;
    }
  }

  /** To the next lane in which something goes on, at the same time. */
  #goToLane(bar: Bar, by: 1 | -1): void {
    const { rows } = this.#listing;
    const { from, to } = this.#span;
    const { start, end } = bar.segment;
    const time = (Math.max(start, from) + Math.min(end, to)) / 2;
    let place = rows.findIndex(({ lane }) => lane === bar.lane) + by;
    for (; place >= 0 && place < rows.length; place += by) {
      const { lane } = rows[place]!;
      if (lane.segments.length === 0) continue;
      this.#goTo({ lane, index: lane.indexAt(time) });
      return;
    }
  }

  #select(place: Place): void {
    this.#selected = place;
    this.#goTo(place);
    if (this.#stepping.goTo(place)) return;
    const line = this.#lineOf(place);
    if (line > 0) this.#go(line, place.lane);
  }

  #lineOf(place: Place | undefined): number {
    const segment = place?.lane.segments[place.index];
    return segment && this.#timeline ? this.#timeline.lineOf(segment) : 0;
  }

  #unselect(): void {
    this.#selected = undefined;
    this.#schedule();
  }

  /** Selects a segment without going there. */
  #reveal(place: Place | undefined): void {
    this.#selected = place;
    if (place) this.#scrollTo(place.lane);
    this.#schedule();
  }

  /** What brings back what is selected and in view now, and its line. */
  #remember(): () => void {
    const [selected, span] = [this.#selected, this.#span.remember()];
    const { scrollTop } = this.#scroll;
    return () => {
      this.#selected = selected;
      span();
      this.#scroll.scrollTop = scrollTop;
      this.#go(this.#lineOf(selected));
      this.#schedule();
    };
  }

  /** Around where the keyboard is, if that is in view. */
  #zoom(factor: number): void {
    const { from, to } = this.#span;
    const segment = this.#cursor && this.#cursor.lane.segments[this.#cursor.index];
    const middle = segment ? (segment.start + segment.end) / 2 : NaN;
    const at = (middle - from) / (to - from);
    this.#change(() => this.#span.zoom(factor, at >= 0 && at <= 1 ? at : 0.5));
  }

  // --- the pointer --------------------------------------------------------------------------------

  /** Of the width in view, for a place on the screen. */
  #fraction(x: number): number {
    const width = this.#drawn?.width ?? 1;
    return (x - this.#lanes.getBoundingClientRect().right + width) / width;
  }

  #barAt(x: number, y: number): Bar | undefined {
    const chart = this.#drawn;
    if (!chart || !(x === x)) return undefined;
    const place = Math.floor((y - this.#lanes.getBoundingClientRect().top) / this.#rowHeight);
    return barAt(chart, place, this.#fraction(x) * chart.width);
  }

  #hover(x: number, y: number): void {
    this.#hovered = this.#barAt(x, y);
    this.#tell();
  }

  // --- the panel ------------------------------------------------------------------------------------

  /** What is at hand, in words: under the pointer, at the focus, or selected. */
  #tell(): void {
    const focused = this.#chart.contains(document.activeElement);
    const current = this.#current();
    const hovered = this.#hovered;
    const selected = this.#stepping.isOpen ? undefined : this.#selectedBar();
    const bar = hovered ?? (focused ? current?.bar : selected);
    this.#highlight(hovered);
    this.#panel.classList.toggle("tl-legend", !bar);
    if (bar)
      patchChildren(this.#panel, [{ tag: "span", attributes: {}, children: [barSentence(this.#timeline!, bar)] }]);
    else this.#showLegend();
  }

  #showLegend(): void {
    if (!this.#timeline) return;
    this.#panel.classList.add("tl-legend");
    patchChildren(this.#panel, draw.legend(this.#timeline, this.#look));
  }

  #highlight(bar: Bar | undefined): void {
    const row = bar && findByKey(this.#lanes, draw.rowKey(bar.lane));
    const track = row?.querySelector(".tl-track");
    const now = track && findByKey(track, String(bar!.first));
    if (now === this.#hoveredElement) return;
    this.#hoveredElement?.removeAttribute("data-hover");
    now?.setAttribute("data-hover", "");
    this.#hoveredElement = now ?? undefined;
  }

  #fillTables(): void {
    if (!this.#timeline || !this.#details.open) return;
    patchChildren(this.#tables, tables(this.#timeline, TABLE_ROWS));
  }
}

function newDetails(): HTMLDetailsElement {
  return element("details", "", element("summary", "", "The timeline as a table"));
}
