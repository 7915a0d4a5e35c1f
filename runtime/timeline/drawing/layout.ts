/** Computes the layout of a timeline: which lanes are listed, and where their bars and marks are. */
import { REST_REASONS, type BlockedSpan } from "../model/blocked_spans.ts";
import {
  addTime,
  mainState,
  marksOf,
  type Lane,
  type Mark,
  type Segment,
  type State,
  type StateTimes,
} from "../model/lane.ts";
import { firstIndex } from "../model/search.ts";
import type { Timeline } from "../model/timeline.ts";
import { barLabel, ownName } from "../words/words.ts";

/** A row of the timeline. */
export interface Listed {
  lane: Lane;
  name: string;
  /** How far the name is indented: 0 for the outermost level. */
  depth: number;
  /** The process of this thread, if it has no row of its own, so that this row also shows its marks. */
  mergedProcess: Lane | undefined;
}

/** All rows of the timeline, in the order in which they are shown, and the lanes that are folded away. */
export interface Listing {
  rows: Listed[];
  /**
   * Lanes that have rows only on request: those of libraries, threads that only run an event loop and, if
   * there are too many lanes, tasks that run library functions.
   */
  library: Lane[];
}

/** One or more consecutive segments, drawn as one rectangle. */
export interface Bar {
  x: number;
  width: number;
  state: State;
  lane: Lane;
  /** The same as in the bar's row. */
  mergedProcess: Lane | undefined;
  /** Indexes of the segments in the lane, both included. */
  first: number;
  last: number;
  /** The only segment, or the longest of those in the bar's state. */
  segment: Segment;
  label: string;
  /** Whether the only segment of the bar blocked an event loop. */
  blocked: boolean;
  /** Whether one of the segments belongs to the marked line; see `View.line`. */
  marked: boolean;
}

/** One or more consecutive marks of the same kind, drawn as one sign. */
export interface Flag {
  x: number;
  kind: "output" | "failed" | "cancelled" | "killed";
  /** The first of the marks. */
  mark: Mark;
  count: number;
}

/** What is drawn beside the name of a row. */
export interface Track {
  listed: Listed;
  /** Index of the row among all rows of the timeline, of which only some are drawn. */
  index: number;
  bars: Bar[];
  flags: Flag[];
}

/** A label of the time axis. */
export interface Tick {
  x: number;
  label: string;
}

export interface Chart {
  /** The times in view, in ms. */
  from: number;
  to: number;
  width: number;
  tracks: Track[];
  ticks: Tick[];
  /** The position beyond which nothing is known; undefined if there is no such position. */
  cut: number | undefined;
}

export interface View {
  /** The times in view, in ms. */
  from: number;
  to: number;
  /** The width of the tracks, in pixels or in another unit. All positions have the same unit. */
  width: number;
  /** Indexes of the rows to draw. */
  rowIndexes: readonly number[];
  /**
   * Segments that are narrower than this are merged into bars that are up to three times as wide, unless
   * they blocked an event loop.
   */
  narrowest: number;
  /** The most bars and flags to draw; if there are more, more segments are merged. */
  budget: number;
  /** The width of a pixel in the unit of positions, to find the labels that fit on bars. */
  pixel?: number;
  /**
   * The width of a pixel on a phone, for a figure whose width is not known yet. Labels that fit there as
   * well are preferred.
   */
  phonePixel?: number;
  /** The approximate number of labels on the axis. */
  ticks: number;
  /** The line whose segments are marked; 0 for none. */
  line: number;
}

/** How many rows of a timeline are in view without scrolling. */
export const ROWS_IN_VIEW = 24;

/** Approximate sizes of the text on bars, which is 10 px high in timeline.css. */
const LETTER_WIDTH_PX = 6;
const LABEL_MARGIN_PX = 8;

/** The approximate width of a label with its margin, in px. */
export const labelWidth = (text: string): number => text.length * LETTER_WIDTH_PX + LABEL_MARGIN_PX;

/**
 * Lists the rows in the order in which they are shown, and the lanes that are usually folded away. If
 * `withLibrary` is true, these lanes have rows, too.
 */
export function listRows(timeline: Timeline, withLibrary: boolean): Listing {
  const rows: Listed[] = [];
  const library: Lane[] = [];
  const { lanes } = timeline;
  const isFull = lanes.reduce((count, { own }) => count + Number(own), 0) > ROWS_IN_VIEW;
  const isShown = (lane: Lane): boolean => {
    // If there is no space for all, tasks that run library functions are folded away.
    const isLibraryTask = lane.kind === "task" && lane.line === 0;
    if (lane.own && !(isFull && isLibraryTask) && !onlyRunsLoop(timeline, lane)) return true;
    library.push(lane);
    return withLibrary;
  };
  const isOnly = timeline.processes.size < 2;
  const addTasks = (thread: Lane, depth: number): void => {
    for (const task of thread.children.filter(isShown)) {
      rows.push({ lane: task, name: ownName(task), depth, mergedProcess: undefined });
    }
  };
  for (const main of lanes) {
    if (main.kind !== "process") continue;
    const base = processDepth(timeline, main);
    const threads = main.children.filter(isShown);
    const [first] = threads;
    const isSingleThread = threads.length === 1 && !first!.children.some(({ own }) => own);
    if (!isOnly && !isSingleThread) {
      rows.push({ lane: main, name: main.name, depth: base, mergedProcess: undefined });
    }
    for (const thread of main.children) {
      // The tasks of a thread that is folded away are still shown.
      if (!threads.includes(thread)) {
        addTasks(thread, isOnly ? 0 : base + 1);
        continue;
      }
      const isMerged = (isOnly || isSingleThread) && thread.id === first?.id;
      const name = isSingleThread && !isOnly ? main.name : thread.name;
      const depth = isOnly ? 0 : isSingleThread ? base : base + 1;
      rows.push({ lane: thread, name, depth, mergedProcess: isMerged ? main : undefined });
      addTasks(thread, depth + 1);
    }
  }
  return { rows, library };
}

/**
 * A thread with tasks is folded away if it spends at most this long outside their steps: a time in ms, or
 * a share of the run if that is longer. The time in which it rests does not count. Setting up the first
 * event loop in a browser takes about 50 ms.
 */
const MAX_OUTSIDE_LOOP_MS = 80;
const MAX_SHARE_OUTSIDE_LOOP = 0.1;

/** Whether a thread's lane shows hardly anything that the lanes of its tasks do not show. */
function onlyRunsLoop({ now, blockedSpans }: Timeline, lane: Lane): boolean {
  if (lane.kind !== "thread" || !lane.children.some(({ own }) => own)) return false;
  const { marks, process } = lane;
  if (marks.length > 0 || (lane.id === 1 && process.lanes.get(0)!.marks.length > 0)) return false;
  let outside = -lane.stepped;
  for (const segment of lane.segments) {
    // A callback outside tasks blocked the loop, which only this lane shows.
    if (blockedSpans.bySegment.has(segment)) return false;
    const { state, reason, start, end } = segment;
    const rests = state === "waiting" && reason !== "" && REST_REASONS.has(reason);
    if (!rests) outside += end - start;
  }
  return outside <= Math.max(MAX_OUTSIDE_LOOP_MS, MAX_SHARE_OUTSIDE_LOOP * now);
}

/**
 * Deeper levels are not indented further, because readers could not distinguish them. The limit also ends
 * the search for ancestors if processes claim to be each other's parents.
 */
const MAX_DEPTH = 3;

/** Counts the ancestors of a process, up to `MAX_DEPTH`. */
function processDepth({ processes }: Timeline, { process }: Lane): number {
  let depth = 0;
  let ancestor = processes.get(process.parent);
  while (ancestor && depth < MAX_DEPTH) {
    depth += 1;
    ancestor = processes.get(ancestor.parent);
  }
  return depth;
}

/** Computes what to draw. Merges ever more segments to keep within the budget, if possible. */
export function layOut(timeline: Timeline, rows: readonly Listed[], view: View): Chart {
  const { from, to, width } = view;
  let tracks: Track[] = [];
  for (let { narrowest } = view; narrowest <= width; narrowest *= 2) {
    tracks = [];
    let count = 0;
    for (const index of view.rowIndexes) {
      const listed = rows[index];
      if (!listed) continue;
      const bars = barsOf(timeline, listed, view, narrowest);
      const flags = flagsOf(listed, view, narrowest);
      count += bars.length + flags.length;
      tracks.push({ listed, index, bars, flags });
    }
    if (count <= view.budget) break;
  }
  const { cut } = timeline;
  const scale = width / (to - from);
  return {
    from,
    to,
    width,
    tracks,
    ticks: ticks(from, to, view.ticks).map((tick) => ({
      x: (tick.at - from) * scale,
      label: tick.label,
    })),
    cut: cut !== undefined && cut < to ? Math.max(0, (cut - from) * scale) : undefined,
  };
}

/** Computes the bars of a row. Segments that are narrower than `narrowest` are merged. */
function barsOf(
  timeline: Timeline,
  listed: Listed,
  { from, to, width, line, pixel = 1, phonePixel = pixel }: View,
  narrowest: number,
): Bar[] {
  const { lane, mergedProcess } = listed;
  const { segments } = lane;
  const { bySegment } = timeline.blockedSpans;
  const scale = width / (to - from);
  const bars: Bar[] = [];
  let group: Group | undefined;
  const flush = (): void => {
    if (group) bars.push(group.bar(listed, narrowest, width));
    group = undefined;
  };
  const first = firstIndex(segments.length, (index) => segments[index]!.end >= from);
  for (let index = first; index < segments.length; index++) {
    const segment = segments[index]!;
    if (segment.start > to) break;
    const x = (Math.max(segment.start, from) - from) * scale;
    const end = (Math.min(segment.end, to) - from) * scale;
    const span = bySegment.get(segment);
    const marked = line > 0 && (span ?? segment).line === line;
    if (end - x >= narrowest || (span && segment.end > segment.start)) {
      flush();
      const { state } = segment;
      const room = end - x;
      bars.push({
        x,
        width: Math.max(room, narrowest),
        state,
        lane,
        mergedProcess,
        first: index,
        last: index,
        segment,
        label: labelOf(segment, span, room / phonePixel) || labelOf(segment, span, room / pixel),
        blocked: span !== undefined,
        marked,
      });
      continue;
    }
    if (group && end - group.x > 3 * narrowest) flush();
    group ??= new Group(x, index);
    group.add(segment, end, index, marked);
  }
  flush();
  return bars;
}

/** Consecutive segments that are too narrow to be drawn as bars of their own. */
class Group {
  readonly x: number;
  readonly #first: number;
  #last = 0;
  #end = 0;
  #marked = false;
  readonly #times: StateTimes = {};
  readonly #longest: Partial<Record<State, Segment>> = {};

  constructor(x: number, first: number) {
    this.x = x;
    this.#first = first;
  }

  /** Adds the next segment, which ends at the position `end`. */
  add(segment: Segment, end: number, index: number, marked: boolean): void {
    const { state } = segment;
    this.#last = index;
    this.#end = end;
    this.#marked ||= marked;
    addTime(this.#times, segment);
    const longest = this.#longest[state];
    if (!longest || segment.end - segment.start > longest.end - longest.start) {
      this.#longest[state] = segment;
    }
  }

  /** Returns the bar of the group, which must not extend beyond the position `limit`. */
  bar({ lane, mergedProcess }: Listed, narrowest: number, limit: number): Bar {
    let state = mainState(this.#times);
    // A bar of the smallest width shows "running" if the lane ran at all, so that this is not overlooked.
    const width = Math.max(this.#end - this.x, narrowest);
    if (width <= narrowest && this.#longest.running) state = "running";
    return {
      x: Math.min(this.x, limit - width),
      width,
      state,
      lane,
      mergedProcess,
      first: this.#first,
      last: this.#last,
      segment: this.#longest[state]!,
      label: "",
      blocked: false,
      marked: this.#marked,
    };
  }
}

/** Returns the longest label that fits on a bar; empty if none fits. `room` is in px. */
function labelOf(
  { state, reason, target, job }: Segment,
  blocked: BlockedSpan | undefined,
  room: number,
): string {
  const texts =
    state === "running"
      ? [job !== "" ? job : blocked && blocked.line > 0 ? `line ${String(blocked.line)}` : ""]
      : reason === ""
        ? []
        : [barLabel(reason, target), barLabel(reason, ""), reason];
  return texts.find((text) => labelWidth(text) <= room) ?? "";
}

/** Computes the signs on a row. Marks of the same kind that are close together share a sign. */
function flagsOf(
  { lane, mergedProcess }: Listed,
  { from, to, width }: View,
  narrowest: number,
): Flag[] {
  const scale = width / (to - from);
  const flags: Flag[] = [];
  const marks = marksOf(lane, mergedProcess);
  const first = firstIndex(marks.length, (index) => marks[index]!.at >= from);
  for (let index = first; index < marks.length; index++) {
    const mark = marks[index]!;
    if (mark.at > to) break;
    const kind = mark.kind === "stdout" || mark.kind === "stderr" ? "output" : mark.kind;
    // A sign must not extend beyond the end of the track.
    const halfWidth = kind === "output" ? 1 : 5;
    const x = Math.min((mark.at - from) * scale, width - halfWidth);
    const before = flags.at(-1);
    // Signs that are closer together would overlap.
    if (before?.kind === kind && x - before.x < 3 * narrowest) before.count += 1;
    else flags.push({ x, kind, mark, count: 1 });
  }
  return flags;
}

/**
 * The distance between two labels of the axis is one of these numbers times a power of ten: in ms up to a
 * second, and in hours from an hour on. Between a second and an hour, the distance is one of those in
 * `LONG_STEPS_MS`, which divide a minute or an hour.
 */
const STEPS = [1, 2, 5];
const LONG_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map(
  (s) => s * 1000,
);

/** Returns the smallest of these distances between labels, in ms, that is at least as long as `ms`. */
export function roundStep(ms: number): number {
  if (ms > 1000) {
    const long = LONG_STEPS_MS.find((step) => step >= ms);
    if (long !== undefined) return long;
  }
  const unit = ms > 1000 ? 3_600_000 : 1;
  const power = 10 ** Math.floor(Math.log10(ms / unit));
  // Here and below, tolerances such as 1e-9 make up for the rounding errors of floating-point numbers.
  const step = STEPS.find((one) => one * power * unit >= ms * (1 - 1e-9)) ?? 10;
  return step * power * unit;
}

/** Returns the times at which the axis from one time to another has labels, at most `count` + 1. */
export function ticks(from: number, to: number, count: number): { at: number; label: string }[] {
  const step = roundStep((to - from) / count);
  const found: { at: number; label: string }[] = [];
  for (let number = Math.ceil(from / step - 1e-9); number * step <= to * (1 + 1e-12); number++) {
    found.push({ at: number * step, label: tickLabel(number * step, step, to) });
  }
  return found;
}

/** Formats a time in ms for an axis that ends at `to` and whose labels have the distance `step`. */
function tickLabel(at: number, step: number, to: number): string {
  if (at === 0) return "0";
  if (step >= 30_000 || (step >= 1000 && to >= 120_000)) {
    const minutes = Math.floor(Math.round(at / 1000) / 60);
    const seconds = Math.round(at / 1000) % 60;
    if (seconds === 0) return `${String(minutes)} min`;
    return `${minutes === 0 ? "" : `${String(minutes)} min `}${String(seconds)} s`;
  }
  const [unit, name] = to < 1 ? [0.001, "µs"] : to < 1000 || step < 1 ? [1, "ms"] : [1000, "s"];
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return `${(at / unit).toFixed(decimals)} ${name}`;
}
