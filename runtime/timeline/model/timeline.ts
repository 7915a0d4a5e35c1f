/**
 * The model of a run, or of several in comparison: builds lanes with segments from the events of its
 * trace.
 */
import { BlockedSpanFinder, type BlockedSpans } from "./blocked_spans.ts";
import {
  laneOf,
  type Lane,
  type LaneContext,
  type Mark,
  type Process,
  type Segment,
} from "./lane.ts";
import type { CollectionsEvent, LaneEvent, Trace, TraceEvent } from "./trace_events.ts";

/**
 * What the watched collections, which the program's header names after `watch`, held just before a lane
 * executed a line.
 */
export interface CollectionState {
  lane: Lane;
  at: number;
  line: number;
  /** For each collection, a text per entry, in the order in which the program will remove the entries. */
  values: Readonly<Record<string, readonly string[]>>;
}

/**
 * If all traces were cut, the drawing extends to the last cut multiplied by this factor, so that
 * readers see that something is missing.
 */
const CUT_MARGIN = 1.04;

/**
 * Events beyond this number are dropped, because a program may send any number of events, and the page
 * keeps all accepted events in memory.
 */
const MAX_EVENTS = 500_000;
/** How many changes of watched collections are kept, for the same reason. */
const MAX_COLLECTION_STATES = 2000;

export class Timeline implements LaneContext {
  readonly processes = new Map<number, Process>();
  /** Increases with every change. */
  version = 0;
  /** Increases when a lane is added, or turns out to belong to the program and not to a library. */
  shape = 0;
  /** The latest time that is known. */
  now = 0;
  /** The latest time in an event; a clock may have advanced `now` further. */
  #latest = 0;
  ended = false;
  /** How many tasks of the program the recording leaves out. */
  leftOut = 0;
  /** The kinds of marks that occur in any lane. */
  readonly kinds = new Set<Mark["kind"]>();
  /** Printed lines, in the order in which their events arrived. */
  readonly printed: { lane: Lane; mark: Mark }[] = [];
  #eventCount = 0;
  readonly #collectionStates: CollectionState[] = [];
  #areStatesSorted = true;
  readonly #finder = new BlockedSpanFinder();
  #blocked: { version: number; spans: BlockedSpans } | undefined;

  /** Returns the timeline of a finished run. */
  static of({ processes, end }: Trace): Timeline {
    const timeline = new Timeline();
    for (const { process, parent, events } of processes) timeline.add(process, events, parent);
    timeline.end(end);
    return timeline;
  }

  /** Adds the next events of a process. `parent` is the process that started it; 0 for none. */
  add(process: number, events: readonly TraceEvent[], parent = 0): void {
    const owner = this.#process(process, parent);
    for (const event of events) this.#add(owner, event);
    this.version += 1;
  }

  /** Moves `now` forward without an event, because a clock shows that time has passed. */
  advance(at: number): void {
    if (this.ended || at <= this.now) return;
    this.now = at;
    this.version += 1;
  }

  /** Notes that the run is paused at this time. If `now` is later, because of a clock, it is set back. */
  pauseAt(at: number): void {
    if (this.ended) return;
    this.now = Math.max(at, this.#latest);
    this.version += 1;
  }

  /** Notes that the run ended at this time. */
  end(at: number): void {
    this.advance(at);
    this.ended = true;
    this.version += 1;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  /** The first time after which nothing is known about some process; undefined if no trace was cut. */
  get cut(): number | undefined {
    let first = Infinity;
    for (const { cut } of this.processes.values()) first = Math.min(first, cut);
    return first < Infinity ? first : undefined;
  }

  /**
   * The end of what can be drawn: `now` or, if the traces of all processes were cut, a little after the
   * last cut.
   */
  get known(): number {
    let last = 0;
    for (const { cut } of this.processes.values()) last = Math.max(last, cut);
    return last < Infinity && last > 0 ? Math.min(this.now, last * CUT_MARGIN) : this.now;
  }

  /** All lanes: each process, then its threads, each followed by its tasks, in order of creation. */
  get lanes(): Lane[] {
    const found: Lane[] = [];
    const children = Map.groupBy(this.processes.values(), ({ parent }) => parent);
    const visited = new Set<Process>();
    const visit = (process: Process): void => {
      if (visited.has(process)) return;
      visited.add(process);
      const main = laneOf(process, 0);
      found.push(main);
      for (const thread of main.children) {
        found.push(thread);
        for (const task of thread.children) found.push(task);
      }
      (children.get(process.id) ?? []).forEach(visit);
    };
    for (const process of this.processes.values()) {
      if (!this.processes.has(process.parent)) visit(process);
    }
    // Processes that claim to be each other's parents are reachable from no root.
    this.processes.forEach(visit);
    return found;
  }

  /** The blocked spans; computed once per version. */
  get blockedSpans(): BlockedSpans {
    if (this.#blocked?.version !== this.version) {
      const spans = this.#finder.find(this.ended, this.leftOut === 0);
      this.#blocked = { version: this.version, spans };
    }
    return this.#blocked.spans;
  }

  /** The line to show for a segment: where it blocked the event loop, or else its own. */
  lineOf(segment: Segment): number {
    return this.blockedSpans.bySegment.get(segment)?.line ?? segment.line;
  }

  /** Each change of the watched collections, in order of time. */
  get collectionStates(): readonly CollectionState[] {
    if (!this.#areStatesSorted) this.#collectionStates.sort((one, other) => one.at - other.at);
    this.#areStatesSorted = true;
    return this.#collectionStates;
  }

  #process(id: number, parent: number): Process {
    let process = this.processes.get(id);
    if (!process) {
      process = { timeline: this, id, parent, lanes: new Map(), cut: Infinity };
      this.processes.set(id, process);
      const main = laneOf(process, 0);
      main.kind = "process";
      main.name = id === 1 ? "MainProcess" : `Process ${String(id)}`;
      main.own = true;
      this.shape += 1;
    }
    return process;
  }

  #add(process: Process, event: TraceEvent): void {
    if (this.#eventCount >= MAX_EVENTS) {
      process.cut = Math.min(process.cut, this.now);
      return;
    }
    this.#eventCount += 1;
    if (event.kind === "fewer") {
      this.leftOut += event.tasks;
      return;
    }
    if (event.kind === "cut") {
      process.cut = Math.min(process.cut, event.at);
      this.#reach(event.at);
      return;
    }
    const lane = laneOf(process, event.lane);
    switch (event.kind) {
      case "lane":
        this.#announce(lane, event);
        return;
      case "step":
        lane.add(event);
        if (lane.parent) lane.parent.stepped += Math.max(0, event.end - event.start);
        this.#finder.addStep(lane, event);
        this.#reach(event.end);
        this.#noteLine(lane, event.line);
        return;
      case "wait":
        lane.add(event);
        this.#finder.addWait(lane, event);
        this.#noteLine(lane, event.line);
        break;
      case "ready":
      case "run":
        lane.add(event);
        this.#finder.endWait(lane, event.at);
        break;
      case "seen":
        lane.add(event);
        this.#noteLine(lane, event.line);
        break;
      case "job":
        lane.add(event);
        this.#noteLine(lane, event.line);
        // A thread of a pool that runs a call belongs to the program if a lane of the program created the
        // thread, even if the call has no line.
        if (event.name !== "" && process.lanes.get(lane.createdBy)?.own) this.#claim(lane);
        break;
      case "output":
        this.printed.push({ lane, mark: this.#mark(lane, event.stream, event) });
        this.#claim(lane);
        break;
      case "state":
        this.#addCollectionState(lane, event);
        this.#noteLine(lane, event.line);
        break;
      case "end":
        lane.add(event);
        lane.ending ??= { at: event.at, how: event.how, text: event.text };
        if (event.how !== "done") this.#mark(lane, event.how, { ...event, line: 0 });
        break;
      case "cpu":
        lane.add(event);
    }
    this.#reach(event.at);
  }

  /** Announces a lane with its name and its place in the tree. */
  #announce(lane: Lane, event: LaneEvent): void {
    const { lane: id, laneKind: kind, name, createdBy, line, runs } = event;
    this.#reach(event.at);
    // The lane of the process exists before it is announced.
    if (lane.kind !== undefined && id !== 0) return;
    lane.kind = id === 0 ? "process" : kind;
    lane.name = name || lane.name || `${kind} ${String(id)}`;
    lane.runs = runs === lane.name ? "" : runs;
    lane.start = Math.max(0, event.at);
    lane.createdBy = createdBy;
    lane.line = line;
    const creator = lane.process.lanes.get(createdBy);
    // A task that a task of the program creates belongs to the program, even if it runs a library
    // function, unless that function is private: asyncio creates such tasks during a call by the
    // program. The process (0) and its main thread (1) always belong to the program.
    const isByProgram =
      kind === "task" && creator?.kind === "task" && creator.line > 0 && !runs.startsWith("_");
    if (line > 0 || id <= 1 || isByProgram) lane.own = true;
    if (id !== 0) {
      const thread = lane.process.lanes.get(event.parent);
      if (kind === "task" && thread?.kind === "thread") {
        thread.adopt(lane);
        this.#claim(thread);
      } else {
        laneOf(lane.process, 0).adopt(lane);
      }
    }
    this.shape += 1;
  }

  #mark(lane: Lane, kind: Mark["kind"], { at, text, line }: Omit<Mark, "kind">): Mark {
    const mark: Mark = { at, kind, text, line };
    lane.mark(mark);
    this.kinds.add(kind);
    return mark;
  }

  #addCollectionState(lane: Lane, { at, line, values }: CollectionsEvent): void {
    if (this.#collectionStates.length >= MAX_COLLECTION_STATES) {
      lane.process.cut = Math.min(lane.process.cut, at);
      return;
    }
    if (at < (this.#collectionStates.at(-1)?.at ?? 0)) this.#areStatesSorted = false;
    this.#collectionStates.push({ lane, at, line, values });
  }

  /** Notes that a lane was in a line. A lane that was in a line of the program belongs to the program. */
  #noteLine(lane: Lane, line: number): void {
    if (line > 0) this.#claim(lane);
  }

  /** Notes that a lane belongs to the program, not only to a library. */
  #claim(lane: Lane): void {
    if (lane.own) return;
    lane.own = true;
    this.shape += 1;
  }

  /** Notes that an event has this time. */
  #reach(at: number): void {
    if (at > this.#latest) this.#latest = at;
    if (at > this.now) this.now = at;
  }
}
