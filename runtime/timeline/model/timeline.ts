/** The model of one run: builds lanes with segments from the events of its trace. */
import { BlockedSpanFinder, type BlockedSpans } from "./blocked_spans.ts";
import {
  laneOf,
  type Lane,
  type LaneContext,
  type Mark,
  type Process,
  type Segment,
} from "./lane.ts";
import type { Row, Trace } from "./rows.ts";

/** What the watched collections held when a lane began with a line. */
export interface CollectionState {
  lane: Lane;
  at: number;
  line: number;
  /** For each collection a text per entry, in the order in which the program will take them. */
  values: Readonly<Record<string, readonly string[]>>;
}

/** How far the drawing extends beyond a cut, as a factor, so that readers see that something is missing. */
const CUT_MARGIN = 1.04;

/** Later events are dropped: a program may send any number, and the page has to hold them all. */
const MAX_EVENTS = 500_000;
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

  static of({ processes, end }: Trace): Timeline {
    const timeline = new Timeline();
    for (const { process, parent, rows } of processes) timeline.add(process, rows, parent);
    timeline.end(end);
    return timeline;
  }

  add(process: number, rows: readonly Row[], parent = 0): void {
    const owner = this.#process(process, parent);
    for (const row of rows) this.#add(owner, row);
    this.version += 1;
  }

  /** Moves `now` forward without an event, because a clock shows that time has passed. */
  advance(at: number): void {
    if (this.ended || at <= this.now) return;
    this.now = at;
    this.version += 1;
  }

  /** The run is paused at this time, so `now` moves back if a clock has advanced it further. */
  pauseAt(at: number): void {
    if (this.ended) return;
    this.now = Math.max(at, this.#latest);
    this.version += 1;
  }

  /** The run is over. */
  end(at: number): void {
    this.advance(at);
    this.ended = true;
    this.version += 1;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  /** The time after which nothing is known about some process, if the trace was cut. */
  get cut(): number | undefined {
    let first = Infinity;
    for (const { cut } of this.processes.values()) first = Math.min(first, cut);
    return first < Infinity ? first : undefined;
  }

  /** The end of what can be drawn: now, or a little after the time where the last process was cut. */
  get known(): number {
    let last = 0;
    for (const { cut } of this.processes.values()) last = Math.max(last, cut);
    return last < Infinity && last > 0 ? Math.min(this.now, last * CUT_MARGIN) : this.now;
  }

  /** In tree order: each process, then its threads, each followed by its tasks, in order of creation. */
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

  /** The times in which an event loop was blocked; computed once per version. */
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

  #add(process: Process, row: Row): void {
    if (this.#eventCount >= MAX_EVENTS) {
      process.cut = Math.min(process.cut, this.now);
      return;
    }
    this.#eventCount += 1;
    if (row[0] === "fewer") {
      this.leftOut += row[1];
      return;
    }
    if (row[0] === "cut") {
      process.cut = Math.min(process.cut, row[1]);
      this.#reach(row[1]);
      return;
    }
    const lane = laneOf(process, row[1]);
    switch (row[0]) {
      case "lane":
        this.#make(lane, row);
        return;
      case "step": {
        lane.add(row);
        const [, , , , start, end, , , line] = row;
        if (lane.parent) lane.parent.stepped += Math.max(0, end - start);
        this.#finder.addStep(lane, row);
        this.#reach(end);
        this.#showLine(lane, line);
        return;
      }
      case "wait":
        lane.add(row);
        this.#finder.addWait(lane, row);
        this.#showLine(lane, row[5]);
        break;
      case "ready":
      case "run":
        lane.add(row);
        this.#finder.endWait(lane, row[2]);
        break;
      case "seen":
        lane.add(row);
        this.#showLine(lane, row[3]);
        break;
      case "job":
        lane.add(row);
        this.#showLine(
          lane,
          row[4] || Number(row[3] !== "" && process.lanes.get(lane.createdBy)?.own),
        );
        break;
      case "output": {
        const mark: Mark = { at: row[2], kind: row[3], text: row[4], line: row[5] };
        lane.mark(mark);
        this.printed.push({ lane, mark });
        this.kinds.add(row[3]);
        this.#showLine(lane, 1);
        break;
      }
      case "state":
        this.#hold(lane, row);
        this.#showLine(lane, row[3]);
        break;
      case "end":
        lane.add(row);
        lane.ending ??= { at: row[2], how: row[3], text: row[4] };
        if (row[3] === "done") break;
        lane.mark({ at: row[2], kind: row[3], text: row[4], line: 0 });
        this.kinds.add(row[3]);
        break;
      default:
        lane.add(row);
    }
    this.#reach(row[2]);
  }

  #make(lane: Lane, row: Extract<Row, ["lane", ...unknown[]]>): void {
    const [, id, parent, kind, name, at, by, line, runs = ""] = row;
    this.#reach(at);
    // The lane of the process exists before it is announced.
    if (lane.kind !== undefined && id !== 0) return;
    lane.kind = id === 0 ? "process" : kind;
    lane.name = name || lane.name || `${kind} ${String(id)}`;
    lane.runs = runs === lane.name ? "" : runs;
    lane.start = Math.max(0, at);
    lane.createdBy = by;
    lane.line = line;
    const maker = lane.process.lanes.get(by);
    // A task that the program's tasks create belongs to the program even if it runs a library function.
    const isMade = kind === "task" && maker?.kind === "task" && maker.line > 0;
    if (line > 0 || id <= 1 || isMade) lane.own = true;
    if (id !== 0) {
      const thread = lane.process.lanes.get(parent);
      if (kind === "task" && thread?.kind === "thread") {
        thread.adopt(lane);
        this.#showLine(thread, 1);
      } else {
        laneOf(lane.process, 0).adopt(lane);
      }
    }
    this.shape += 1;
  }

  #hold(lane: Lane, [, , at, line, values]: Extract<Row, ["state", ...unknown[]]>): void {
    if (this.#collectionStates.length >= MAX_COLLECTION_STATES) {
      lane.process.cut = Math.min(lane.process.cut, at);
      return;
    }
    if (at < (this.#collectionStates.at(-1)?.at ?? 0)) this.#areStatesSorted = false;
    this.#collectionStates.push({ lane, at, line, values });
  }

  #showLine(lane: Lane, line: number): void {
    if (line <= 0 || lane.own) return;
    lane.own = true;
    this.shape += 1;
  }

  #reach(at: number): void {
    if (at > this.#latest) this.#latest = at;
    if (at > this.now) this.now = at;
  }
}
