/** Finds out where everything goes: which lanes and times are in view, and what of them to draw. */
import { REST_REASONS, type BlockedSpan } from "../model/blocked_spans.ts";
import type { Lane, Mark, Segment, State } from "../model/lane.ts";
import { firstIndex } from "../model/search.ts";
import type { Timeline } from "../model/timeline.ts";
import { bandWords, ownName } from "../words/words.ts";

/** A lane as it is listed. */
export interface Listed {
  lane: Lane;
  name: string;
  depth: number;
  /** The process that shares the line: of it only this thread is shown. */
  also: Lane | undefined;
}

export interface Listing {
  rows: Listed[];
  /** Lanes that are folded away at first: of libraries, and threads that only run an event loop. */
  library: Lane[];
}

/** One or more segments, drawn as one. */
export interface Bar {
  x: number;
  width: number;
  state: State;
  lane: Lane;
  /** Of the segments, by index in the lane, both included. */
  first: number;
  last: number;
  /** The segment, or the longest of the state that dominates. */
  segment: Segment;
  label: string;
  /** The segment blocked an event loop. */
  blocked: boolean;
  marked: boolean;
}

export interface Flag {
  x: number;
  kind: "output" | "failed" | "cancelled" | "killed";
  mark: Mark;
  count: number;
}

export interface Track {
  listed: Listed;
  /** Its place in the listing. */
  index: number;
  bars: Bar[];
  flags: Flag[];
}

export interface Tick {
  x: number;
  label: string;
}

export interface Chart {
  from: number;
  to: number;
  width: number;
  tracks: Track[];
  ticks: Tick[];
  /** From here on nothing is known. */
  cut: number | undefined;
}

export interface View {
  /** In ms. */
  from: number;
  to: number;
  /** Of the tracks, in pixels, or in whatever positions shall come out in. */
  width: number;
  /** The places in the listing to draw. */
  places: readonly number[];
  /** What is narrower becomes part of a bar that is as wide as this, or a few times. */
  narrowest: number;
  /** There will not be many more bars than this. */
  budget: number;
  /** Positions to a pixel, for the words on bars. */
  pixel?: number;
  /** The same on a phone, where it is not known who looks: words fit there if they can. */
  phonePixel?: number;
  /** About so many times are named on the axis. */
  ticks: number;
  /** Segments of this line are marked; 0 for none. */
  line: number;
}

/** So many lanes are in sight at once. */
export const LANES = 24;

/** In px. */
const LETTER = 6;
const LABEL_MARGIN = 8;

/** About so many pixels wide is the word on a bar, with some room. */
export const wordWidth = (text: string): number => text.length * LETTER + LABEL_MARGIN;

/** The lanes in the order in which they are shown. */
export function list(timeline: Timeline, withLibrary: boolean): Listing {
  const rows: Listed[] = [];
  const library: Lane[] = [];
  const { lanes } = timeline;
  const isFull = lanes.reduce((count, { own }) => count + Number(own), 0) > LANES;
  const shown = (lane: Lane): boolean => {
    // Where room is short, what the program has a library do gives way to what it does itself.
    const gives = isFull && lane.kind === "task" && lane.line === 0;
    // A thread with tasks is the program's; what is left are threads and tasks of libraries.
    if (lane.own && !gives && !onlyRunsLoop(timeline, lane)) return true;
    library.push(lane);
    return withLibrary;
  };
  const alone = timeline.processes.size < 2;
  const addTasks = (thread: Lane, depth: number): void => {
    for (const task of thread.children.filter(shown)) {
      rows.push({ lane: task, name: ownName(task), depth, also: undefined });
    }
  };
  for (const main of lanes) {
    if (main.kind !== "process") continue;
    const base = processDepth(timeline, main);
    const seen = main.children.filter(shown);
    const [first] = seen;
    const single = seen.length === 1 && first && !first.children.some(({ own }) => own);
    if (!alone && !single) {
      rows.push({ lane: main, name: main.name, depth: base, also: undefined });
    }
    for (const thread of main.children) {
      // The tasks of a thread that is folded away are the program's all the same.
      if (!seen.includes(thread)) {
        addTasks(thread, alone ? 0 : base + 1);
        continue;
      }
      const also = (alone || single) && thread.id === first?.id ? main : undefined;
      const name = single && !alone ? main.name : thread.name;
      const depth = alone ? 0 : single ? base : base + 1;
      rows.push({ lane: thread, name, depth, also });
      addTasks(thread, depth + 1);
    }
  }
  return { rows, library };
}

/**
 * A thread may do so much beside its event loop, in ms or as a share of the run, and stay folded. The
 * first event loop in a browser takes about 50 ms to set up.
 */
const BESIDE_LOOP = 80;
const SHARE_BESIDE_LOOP = 0.1;

/**
 * Whether nothing is to be seen in a thread's lane that its tasks do not show: it waits for the next
 * of them, or runs one.
 */
function onlyRunsLoop({ now, blockedSpans }: Timeline, lane: Lane): boolean {
  if (lane.kind !== "thread" || !lane.children.some(({ own }) => own)) return false;
  const { marks, process } = lane;
  if (marks.length > 0 || (lane.id === 1 && process.lanes.get(0)!.marks.length > 0)) return false;
  let beside = -lane.stepped;
  for (const segment of lane.segments) {
    // A callback that belongs to no task blocked the loop: only this lane shows it.
    if (blockedSpans.bySegment.has(segment)) return false;
    const { state, reason, start, end } = segment;
    const rests = state === "waiting" && reason !== "" && REST_REASONS.has(reason);
    if (!rests) beside += end - start;
  }
  return beside <= Math.max(BESIDE_LOOP, SHARE_BESIDE_LOOP * now);
}

function processDepth({ processes }: Timeline, { process }: Lane): number {
  let depth = 0;
  // Deeper than this nobody can tell, and a circle ends.
  for (let at = processes.get(process.parent); at && depth < 3; at = processes.get(at.parent)) {
    depth += 1;
  }
  return depth;
}

export function layOut(timeline: Timeline, rows: readonly Listed[], view: View): Chart {
  const { from, to, width } = view;
  let tracks: Track[] = [];
  for (let { narrowest } = view; narrowest <= width; narrowest *= 2) {
    tracks = [];
    let count = 0;
    for (const index of view.places) {
      const listed = rows[index];
      if (!listed) continue;
      const bars = barsOf(timeline, listed.lane, view, narrowest);
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

function barsOf(
  timeline: Timeline,
  lane: Lane,
  { from, to, width, line, pixel = 1, phonePixel = pixel }: View,
  narrowest: number,
): Bar[] {
  const { segments } = lane;
  const { bySegment } = timeline.blockedSpans;
  const scale = width / (to - from);
  const bars: Bar[] = [];
  let group: Group | undefined;
  const flush = (): void => {
    if (group) bars.push(group.bar(lane, narrowest, width));
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

/** Segments that are too narrow to be seen one by one. */
class Group {
  readonly x: number;
  readonly #first: number;
  #last = 0;
  #end = 0;
  #marked = false;
  readonly #sums = { running: 0, ready: 0, waiting: 0 };
  readonly #longest: Partial<Record<State, Segment>> = {};

  constructor(x: number, first: number) {
    this.x = x;
    this.#first = first;
  }

  add(segment: Segment, end: number, index: number, marked: boolean): void {
    const { state } = segment;
    this.#last = index;
    this.#end = end;
    this.#marked ||= marked;
    const long = segment.end - segment.start;
    this.#sums[state] += long;
    const longest = this.#longest[state];
    if (!longest || long > longest.end - longest.start) this.#longest[state] = segment;
  }

  bar(lane: Lane, narrowest: number, limit: number): Bar {
    const states = (["running", "ready", "waiting"] as const).filter((one) => this.#longest[one]);
    let state = states[0]!;
    for (const other of states) if (this.#sums[other] > this.#sums[state]) state = other;
    // As narrow as a line, it shows above all that the lane ran.
    const width = Math.max(this.#end - this.x, narrowest);
    if (width <= narrowest && this.#longest.running) state = "running";
    return {
      x: Math.min(this.x, limit - width),
      width,
      state,
      lane,
      first: this.#first,
      last: this.#last,
      segment: this.#longest[state]!,
      label: "",
      blocked: false,
      marked: this.#marked,
    };
  }
}

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
        : [bandWords(reason, target), bandWords(reason, ""), reason];
  return texts.find((text) => wordWidth(text) <= room) ?? "";
}

function flagsOf({ lane, also }: Listed, { from, to, width }: View, narrowest: number): Flag[] {
  const scale = width / (to - from);
  const flags: Flag[] = [];
  for (const marks of also ? [lane.marks, also.marks] : [lane.marks]) {
    const first = firstIndex(marks.length, (index) => marks[index]!.at >= from);
    for (let index = first; index < marks.length; index++) {
      const mark = marks[index]!;
      if (mark.at > to) break;
      const kind = mark.kind === "stdout" || mark.kind === "stderr" ? "output" : mark.kind;
      // A sign is as wide as this to both sides.
      const room = kind === "output" ? 1 : 5;
      const x = Math.min((mark.at - from) * scale, width - room);
      const before = flags.at(-1);
      // Neighbours become one.
      if (before?.kind === kind && x - before.x < 3 * narrowest) before.count += 1;
      else flags.push({ x, kind, mark, count: 1 });
    }
  }
  return flags;
}

/** Steps of the axis: of ms below a minute, then of minutes, all of which divide the next unit. */
const STEPS = [1, 2, 5];
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((s) => s * 1000);

/** The next step of the axis that is not smaller than this, in ms. */
export function roundStep(ms: number): number {
  if (ms > 1000) {
    const long = LONG_STEPS.find((step) => step >= ms);
    if (long !== undefined) return long;
  }
  const unit = ms > 1000 ? 3_600_000 : 1;
  const power = 10 ** Math.floor(Math.log10(ms / unit));
  const step = STEPS.find((one) => one * power * unit >= ms * (1 - 1e-9)) ?? 10;
  return step * power * unit;
}

/** Round times between two times, at most so many and one more. */
export function ticks(from: number, to: number, count: number): { at: number; label: string }[] {
  const step = roundStep((to - from) / count);
  const found: { at: number; label: string }[] = [];
  for (let number = Math.ceil(from / step - 1e-9); number * step <= to * (1 + 1e-12); number++) {
    found.push({ at: number * step, label: tickLabel(number * step, step, to) });
  }
  return found;
}

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
