/** The lanes of a timeline: processes, threads and tasks, each with its segments and marks. */
import { firstIndex } from "./search.ts";
import type { ActivityEvent, Ending, LaneKind, Reason, StepEvent } from "./trace_events.ts";

export type State = "running" | "ready" | "waiting";

/** A stretch of a lane in one state. Times are in ms since the main process started. */
export interface Segment {
  state: State;
  start: number;
  /** For the last segment of a lane that has not ended: the latest time that is known. */
  end: number;
  /** Why the lane waits; empty if it does not wait, or if the reason is unknown. */
  reason: Reason | "";
  /** Name of what the lane waits for, such as a lock or a thread; empty if it has none. */
  target: string;
  /**
   * The line where the lane waits or, for a running thread, in which the tracer saw it most often. If the
   * tracer did not see the thread, this is the line where it waits afterwards or, at the start of a call in
   * a pool, the line where the called function is defined; 0 if all of these are unknown. For a step of a
   * task, this is the line where the task waits afterwards.
   */
  line: number;
  /**
   * Id of the lane that woke this one; -1 for a timer or something outside the process; undefined if
   * that is unknown, or not known yet.
   */
  wokenBy: number | undefined;
  /** The call that a pool's worker executes; empty outside a call. */
  job: string;
  /** For a running thread: how much of the time it spent on a processor, in ms, if known. */
  cpu: number | undefined;
  /**
   * The position, among all events of the run, of the event that began this segment; 0 for the first
   * segment of a lane. This orders segments that begin at the same time, as they often do when a browser
   * has a coarse clock.
   */
  sequence: number;
}

/** How long a lane was in each state, in ms. States in which it never was are missing. */
export type StateTimes = Partial<Record<State, number>>;

/** Adds the duration of a segment to the time in its state. */
export function addTime(times: StateTimes, { state, start, end }: Segment): void {
  times[state] = (times[state] ?? 0) + end - start;
}

/** Returns the state with the longest time. Of states with the same time, running is preferred. */
export function mainState(times: StateTimes): State {
  const states = (["running", "ready", "waiting"] as const).filter((one) => one in times);
  return states.reduce((found, other) => (times[other]! > times[found]! ? other : found));
}

/** A printed line, or an end of a lane that is not the normal one. */
export interface Mark {
  at: number;
  kind: "stdout" | "stderr" | "failed" | "cancelled" | "killed";
  /**
   * What was printed, or the name of the exception or the exit status with which the lane ended; empty if
   * there is neither.
   */
  text: string;
  /** The line of the program that printed; 0 if unknown. */
  line: number;
}

export interface Process {
  readonly timeline: LaneContext;
  /** The number of the process; 1 for the main process. */
  readonly id: number;
  /** The number of the process that started this one; 0 for the main process. */
  readonly parent: number;
  /** The lanes of the process by id: 0 is the process itself, 1 its main thread. */
  readonly lanes: Map<number, Lane>;
  /** The time after which nothing is known about the process; `Infinity` if its trace was not cut. */
  cut: number;
}

/** What lanes read from the timeline that they belong to. */
export interface LaneContext {
  readonly processes: ReadonlyMap<number, Process>;
  /** The latest time that is known. */
  readonly now: number;
  /** How many events the timeline has received. */
  readonly eventCount: number;
}

/** The time by which an event is ordered among the other events of its lane. */
const timeOf = (event: ActivityEvent): number => (event.kind === "step" ? event.start : event.at);

export class Lane {
  readonly process: Process;
  readonly id: number;
  /** Unknown until the tracer has announced the lane. */
  kind: LaneKind | undefined;
  name = "";
  /** Name of the function that the lane was created to run; empty if unknown or equal to `name`. */
  runs = "";
  /** The line where that function is defined; 0 if it is not in the program. */
  line = 0;
  /** Id of the lane that created this one; -1 if unknown. */
  createdBy = -1;
  /** When the lane was created, in ms since the main process started. */
  start = 0;
  parent: Lane | undefined;
  readonly #children: Lane[] = [];
  #areChildrenSorted = true;
  ending: { at: number; how: Ending; text: string } | undefined;
  /** For a thread: how long it has run steps of its tasks, in ms. */
  stepped = 0;
  /** Whether the lane belongs to the program itself, and not only to a library. */
  own = false;
  readonly #marks: Mark[] = [];
  #areMarksSorted = true;
  /** The events of the lane. They are sorted by time before segments are built from them. */
  #events: ActivityEvent[] = [];
  /** For each event in `#events`, its position among all events of the run. */
  #sequence: number[] = [];
  #areEventsSorted = true;
  #segments: Segment[] = [];
  /** How many of the events have been applied to the segments. */
  #built = 0;
  /** The last segment. */
  #open: Segment | undefined;
  /** Whether the last segment is still open, because no event has ended the lane. */
  #isOpen = true;
  /** The call that the thread executes as a worker of a pool; empty outside a call. */
  #job = "";
  /** How often the tracer saw the lane in each line since a running segment was last closed. */
  #seen = new Map<number, number>();
  /** Index of the segment in which the thread last began to run. */
  #running = 0;

  constructor(process: Process, id: number) {
    this.process = process;
    this.id = id;
  }

  /** When the lane ended, or the latest time that is known if it has not ended. */
  get end(): number {
    this.#build();
    if (!this.#isOpen) return this.#segments.at(-1)?.end ?? this.start;
    let end = Math.min(this.process.timeline.now, this.process.cut, this.ending?.at ?? Infinity);
    // A lane cannot outlive its thread or process.
    if (this.parent) end = Math.min(end, this.parent.end);
    return Math.max(end, this.#open?.start ?? this.start);
  }

  /** The segments in order of time, without gaps. A process has none, because its threads have them. */
  get segments(): readonly Segment[] {
    this.#build();
    if (this.#open && this.#isOpen) this.#open.end = this.end;
    return this.#segments;
  }

  /** The threads of a process, or the tasks of a thread, in order of creation. */
  get children(): readonly Lane[] {
    if (!this.#areChildrenSorted) this.#children.sort((one, other) => one.start - other.start);
    this.#areChildrenSorted = true;
    return this.#children;
  }

  /** Makes a lane a child of this one. */
  adopt(child: Lane): void {
    child.parent = this;
    if (child.start < (this.#children.at(-1)?.start ?? 0)) this.#areChildrenSorted = false;
    this.#children.push(child);
  }

  /** The marks on the lane, in order of time. */
  get marks(): readonly Mark[] {
    if (!this.#areMarksSorted) this.#marks.sort((one, other) => one.at - other.at);
    this.#areMarksSorted = true;
    return this.#marks;
  }

  /** The index of the segment at this time, or of the nearest one; -1 if there are no segments. */
  indexAt(time: number): number {
    const { segments } = this;
    const found = firstIndex(segments.length, (index) => segments[index]!.end > time);
    return Math.min(found, segments.length - 1);
  }

  /** Adds an event. Segments are built from it later, when they are needed. */
  add(event: ActivityEvent): void {
    const last = this.#events.at(-1);
    if (last && timeOf(event) < timeOf(last)) this.#areEventsSorted = false;
    this.#events.push(event);
    this.#sequence.push(this.process.timeline.eventCount);
  }

  /** Adds a mark. */
  mark(mark: Mark): void {
    if (mark.at < (this.#marks.at(-1)?.at ?? 0)) this.#areMarksSorted = false;
    this.#marks.push(mark);
  }

  /** The line in which the tracer saw the lane most often between two times; 0 if it did not see it. */
  seenBetween(start: number, end: number): number {
    this.#build();
    const counts = new Map<number, number>();
    const events = this.#events;
    const first = firstIndex(events.length, (index) => timeOf(events[index]!) >= start);
    for (let index = first; ; index++) {
      const event = events[index];
      if (!event || timeOf(event) > end) return mostFrequent(counts);
      if (event.kind === "seen") countLine(counts, event.line);
    }
  }

  /** Applies the events that have arrived since the last call, or all if they came out of order. */
  #build(): void {
    if (this.kind === undefined || this.kind === "process") return;
    if (!this.#areEventsSorted) {
      const [events, sequence] = [this.#events, this.#sequence];
      const order = [...events.keys()].sort((a, b) => timeOf(events[a]!) - timeOf(events[b]!));
      this.#events = order.map((index) => events[index]!);
      this.#sequence = order.map((index) => sequence[index]!);
      this.#areEventsSorted = true;
      this.#restart();
    }
    if (!this.#open) this.#begin("ready", this.start).sequence = 0;
    for (; this.#built < this.#events.length; this.#built++) {
      const event = this.#events[this.#built]!;
      if (this.kind !== "task") this.#apply(event);
      else if (event.kind === "step") this.#applyStep(event);
    }
  }

  /** Discards all segments, so that they are built again. */
  #restart(): void {
    this.#segments = [];
    this.#built = 0;
    this.#open = undefined;
    this.#isOpen = true;
    this.#job = "";
    this.#seen.clear();
    this.#running = 0;
  }

  /** Adds a segment, which is open from now on. */
  #begin(state: State, start: number, reason: Reason | "" = "", target = "", line = 0): Segment {
    const segment: Segment = {
      state,
      start,
      end: start,
      reason,
      target,
      line,
      wokenBy: undefined,
      job: this.#job,
      cpu: undefined,
      sequence: this.#sequence[this.#built] ?? 0,
    };
    this.#segments.push(segment);
    this.#open = segment;
    return segment;
  }

  /**
   * Ends the open segment; returns the time at which the next one can start. A segment without a duration
   * is removed, unless the lane was running in it. `line` is used for a running segment during which the
   * tracer did not see the lane in any line.
   */
  #close(at: number, line = 0): number {
    const open = this.#open!;
    open.end = Math.max(at, open.start);
    if (open.state === "running") {
      // A segment that began with a call of a pool's worker has the line of the called function already.
      open.line = mostFrequent(this.#seen) || line || open.line;
      this.#seen.clear();
    } else if (open.end === open.start) {
      this.#segments.pop();
    }
    return open.end;
  }

  /** Applies a step of a task: the task was ready, ran, and then waited or ended. */
  #applyStep({ ready, wokenBy, start, end, reason, target, line }: StepEvent): void {
    if (!this.#isOpen) return;
    this.#open!.wokenBy = wokenBy;
    if (this.#open!.state === "waiting" && ready < start) {
      this.#begin("ready", this.#close(ready)).wokenBy = wokenBy;
    }
    const step = this.#begin("running", this.#close(start), "", "", line);
    step.end = Math.max(end, step.start);
    step.wokenBy = wokenBy;
    if (reason === "") this.#isOpen = false;
    else this.#begin("waiting", step.end, reason, target, line);
  }

  /** Applies an event of a thread. After the thread has ended, only its processor time still counts. */
  #apply(event: ActivityEvent): void {
    if (!this.#isOpen && event.kind !== "cpu") return;
    const open = this.#open!;
    switch (event.kind) {
      case "run":
        if (open.state === "running") return;
        this.#begin("running", this.#close(event.at)).wokenBy = open.wokenBy;
        this.#running = this.#segments.length - 1;
        return;
      case "ready": {
        if (open.state === "ready") return;
        const from = this.#close(event.at);
        if (open.state === "waiting") open.wokenBy = event.wokenBy;
        this.#begin("ready", from).wokenBy = event.wokenBy;
        return;
      }
      case "wait": {
        const { reason, target, line } = event;
        this.#begin("waiting", this.#close(event.at, line), reason, target, line);
        return;
      }
      case "seen":
        countLine(this.#seen, event.line);
        if (open.state === "running") open.line ||= event.line;
        return;
      case "job":
        this.#job = event.name;
        if (open.state !== "running") return;
        if (event.at > open.start) {
          this.#begin("running", this.#close(event.at)).wokenBy = open.wokenBy;
        } else {
          open.job = event.name;
        }
        this.#open!.line = event.line;
        return;
      case "cpu":
        this.#spreadProcessorTime(event.at, event.ms);
        return;
      case "end":
        this.#close(event.at);
        this.#isOpen = false;
    }
  }

  /**
   * Divides processor time among the segments in which the thread has run since it last began to run.
   * `at` is when the time was measured, and `ms` the processor time until then.
   */
  #spreadProcessorTime(at: number, ms: number): void {
    const pieces = this.#segments.slice(this.#running).filter(({ state }) => state === "running");
    const first = pieces[0];
    if (!first || at <= first.start) return;
    const share = Math.min(1, Math.max(0, ms / (at - first.start)));
    for (const piece of pieces) {
      piece.cpu = share * ((piece === this.#open ? at : piece.end) - piece.start);
    }
  }
}

/** Returns the lane with this id, and creates the lane if the process does not have it yet. */
export function laneOf(process: Process, id: number): Lane {
  let found = process.lanes.get(id);
  if (!found) {
    found = new Lane(process, id);
    process.lanes.set(id, found);
  }
  return found;
}

/** Returns the marks of a thread and, if the thread's row also shows its process, those of the process. */
export function marksOf(thread: Lane, process: Lane | undefined): readonly Mark[] {
  if (!process || process.marks.length === 0) return thread.marks;
  return [...thread.marks, ...process.marks].sort((one, other) => one.at - other.at);
}

function countLine(counts: Map<number, number>, line: number): void {
  if (line > 0) counts.set(line, (counts.get(line) ?? 0) + 1);
}

/** Returns the line with the highest count; 0 if no line was counted. */
function mostFrequent(counts: Map<number, number>): number {
  let found = 0;
  for (const [line, count] of counts) if (count > (counts.get(found) ?? 0)) found = line;
  return found;
}
