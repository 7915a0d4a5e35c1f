/** Builds lanes with segments out of what the tracer tells, as it tells it. */
import { HoldUps, type HoldUp } from "./hold_ups.ts";
import type { Ending, LaneKind, Reason, Row, Trace } from "./rows.ts";
import { firstIndex } from "./search.ts";

export type State = "running" | "ready" | "waiting";

/** A stretch of a lane's life. Times are milliseconds since the main process began. */
export interface Segment {
  state: State;
  start: number;
  /** Of the last segment of a lane that goes on: as far as is known. */
  end: number;
  /** What it waits for; empty when it does not wait, or for no reason that is known. */
  reason: Reason | "";
  of: string;
  /** Where it waits, or where it mostly was as it ran; 0 if that is unknown. */
  line: number;
  /** The lane that woke it; -1: a timer or something outside; undefined: not known, or not yet. */
  by: number | undefined;
  /** The call that a worker of a pool is at. */
  job: string;
  /** Of a running thread: so long it was on a processor, in ms; undefined if that is unknown. */
  cpu: number | undefined;
  held: HoldUp | undefined;
  /** The number of the row that tells of it: clocks are coarse, and much has the same time. */
  told: number;
}

export interface Mark {
  at: number;
  kind: "stdout" | "stderr" | "failed" | "cancelled" | "killed";
  text: string;
  line: number;
}

/** What the collections hold that the program's header names, as a lane begins with a line. */
export interface Holding {
  lane: Lane;
  at: number;
  line: number;
  /** By name a text for each entry, in the order in which they will be taken. */
  values: Readonly<Record<string, readonly string[]>>;
}

/** Beyond a cut, so much is shown of what is not known. */
const CUT_MARGIN = 1.04;

/** A run that tells more is cut off: whatever sends the rows, the page has to bear them. */
const MAX_ROWS = 500_000;
const MAX_STATES = 2000;

type Step = Extract<Row, ["step", ...unknown[]]>;

/** When a row of a lane belongs in its order. */
const when = (row: Row): number => row[row[0] === "step" ? 4 : 2] as number;

export class Lane {
  readonly process: Process;
  readonly id: number;
  /** Unknown until the tracer has told of it. */
  kind: LaneKind | undefined;
  name = "";
  /** The function that it was made to run, unless it is called like it. */
  runs = "";
  line = 0;
  /** The lane that made it; -1: unknown. */
  by = -1;
  start = 0;
  parent: Lane | undefined;
  readonly #children: Lane[] = [];
  #childrenInOrder = true;
  ending: { at: number; how: Ending; text: string } | undefined;
  /** Of a thread: so long it has run steps of its tasks, in ms. */
  stepped = 0;
  /** It has done something of the program's own, not only of a library's. */
  own = false;
  readonly #marks: Mark[] = [];
  #marksInOrder = true;
  /** What decides its states, in order of time as soon as `segments` is asked for. */
  #rows: Row[] = [];
  /** The number of each among all rows of the run. */
  #numbers: number[] = [];
  #inOrder = true;
  #segments: Segment[] = [];
  /** So many rows are in the segments already. */
  #done = 0;
  #open: Segment | undefined;
  /** The state goes on after the last row. */
  #goesOn = true;
  #job = "";
  #seen = new Map<number, number>();
  /** Of the segments: where the thread last began to run. */
  #running = 0;

  constructor(process: Process, id: number) {
    this.process = process;
    this.id = id;
  }

  /** When it ended; for a lane that goes on, as far as is known. */
  get end(): number {
    this.#build();
    if (!this.#goesOn) return this.#segments.at(-1)?.end ?? this.start;
    let end = Math.min(this.process.timeline.now, this.process.cut, this.ending?.at ?? Infinity);
    // Whatever it was at, with its thread or process it is over.
    if (this.parent) end = Math.min(end, this.parent.end);
    return Math.max(end, this.#open?.start ?? this.start);
  }

  /** In order and without gaps from its start to its end; those of a process are its threads'. */
  get segments(): readonly Segment[] {
    this.#build();
    // Its end moves on with the run.
    if (this.#open && this.#goesOn) this.#open.end = this.end;
    return this.#segments;
  }

  /** In order of creation. */
  get children(): readonly Lane[] {
    if (!this.#childrenInOrder) this.#children.sort((one, other) => one.start - other.start);
    this.#childrenInOrder = true;
    return this.#children;
  }

  adopt(child: Lane): void {
    child.parent = this;
    if (child.start < (this.#children.at(-1)?.start ?? 0)) this.#childrenInOrder = false;
    this.#children.push(child);
  }

  get marks(): readonly Mark[] {
    if (!this.#marksInOrder) this.#marks.sort((one, other) => one.at - other.at);
    this.#marksInOrder = true;
    return this.#marks;
  }

  /** The index of the segment at this time, or the nearest one; -1 if there is none. */
  indexAt(time: number): number {
    const { segments } = this;
    const index = firstIndex(segments.length, (at) => segments[at]!.end > time);
    return Math.min(index, segments.length - 1);
  }

  add(row: Row): void {
    const last = this.#rows.at(-1);
    if (last && when(row) < when(last)) this.#inOrder = false;
    this.#rows.push(row);
    this.#numbers.push(this.process.timeline.told);
  }

  mark(mark: Mark): void {
    if (mark.at < (this.#marks.at(-1)?.at ?? 0)) this.#marksInOrder = false;
    this.#marks.push(mark);
  }

  /** The line it was seen in most often between two times, 0 for none. */
  seenBetween(start: number, end: number): number {
    this.#build();
    const counts = new Map<number, number>();
    const rows = this.#rows;
    for (let at = firstIndex(rows.length, (index) => when(rows[index]!) >= start); ; at++) {
      const row = rows[at];
      if (!row || when(row) > end) return mostOften(counts);
      if (row[0] === "seen" && row[3] > 0) counts.set(row[3], (counts.get(row[3]) ?? 0) + 1);
    }
  }

  #build(): void {
    if (this.kind === undefined || this.kind === "process") return;
    if (!this.#inOrder) {
      const [rows, numbers] = [this.#rows, this.#numbers];
      const order = [...rows.keys()].sort((one, other) => when(rows[one]!) - when(rows[other]!));
      this.#rows = order.map((index) => rows[index]!);
      this.#numbers = order.map((index) => numbers[index]!);
      this.#inOrder = true;
      this.#restart();
    }
    if (!this.#open) this.#begin("ready", this.start).told = 0;
    for (; this.#done < this.#rows.length; this.#done++) {
      const row = this.#rows[this.#done]!;
      if (this.kind === "task") {
        if (row[0] === "step") this.#step(row);
      } else {
        this.#take(row);
      }
    }
  }

  #restart(): void {
    this.#segments = [];
    this.#done = 0;
    this.#open = undefined;
    this.#goesOn = true;
    this.#job = "";
    this.#seen.clear();
    this.#running = 0;
  }

  #begin(state: State, start: number, reason: Reason | "" = "", of = "", line = 0): Segment {
    const segment: Segment = {
      state,
      start,
      end: start,
      reason,
      of,
      line,
      by: undefined,
      job: this.#job,
      cpu: undefined,
      held: undefined,
      told: this.#numbers[this.#done] ?? 0,
    };
    this.#segments.push(segment);
    this.#open = segment;
    return segment;
  }

  /** Ends what goes on; returns the time at which the next can begin. */
  #close(at: number, line = 0): number {
    const open = this.#open!;
    open.end = Math.max(at, open.start);
    if (open.state === "running") {
      open.line = mostOften(this.#seen) || line;
      this.#seen.clear();
    } else if (open.end === open.start) {
      this.#segments.pop();
    }
    return open.end;
  }

  #step([, , ready, by, start, end, reason, of, line]: Step): void {
    if (!this.#goesOn) return;
    this.#open!.by = by;
    if (this.#open!.state === "waiting" && ready < start) {
      this.#begin("ready", this.#close(ready)).by = by;
    }
    const step = this.#begin("running", this.#close(start), "", "", line);
    step.end = Math.max(end, step.start);
    step.by = by;
    if (reason === "") this.#goesOn = false;
    else this.#begin("waiting", step.end, reason, of, line);
  }

  #take(row: Row): void {
    if (!this.#goesOn && row[0] !== "cpu") return;
    const open = this.#open!;
    switch (row[0]) {
      case "run":
        if (open.state === "running") return;
        this.#begin("running", this.#close(row[2])).by = open.by;
        this.#running = this.#segments.length - 1;
        return;
      case "ready": {
        if (open.state === "ready") return;
        const from = this.#close(row[2]);
        if (open.state === "waiting") open.by = row[3];
        this.#begin("ready", from).by = row[3];
        return;
      }
      case "wait":
        this.#begin("waiting", this.#close(row[2], row[5]), row[3], row[4], row[5]);
        return;
      case "seen":
        if (row[3] > 0) this.#seen.set(row[3], (this.#seen.get(row[3]) ?? 0) + 1);
        if (open.state === "running") open.line ||= row[3];
        return;
      case "job":
        this.#job = row[3];
        if (open.state !== "running") return;
        if (row[2] > open.start) this.#begin("running", this.#close(row[2])).by = open.by;
        else open.job = row[3];
        this.#open!.line = row[4];
        return;
      case "cpu":
        this.#share(row[2], row[3]);
        return;
      case "end":
        this.#close(row[2]);
        this.#goesOn = false;
    }
  }

  /** Of all pieces since the thread last began to run, so much was on a processor. */
  #share(at: number, ms: number): void {
    const pieces = this.#segments.slice(this.#running).filter(({ state }) => state === "running");
    const first = pieces[0];
    if (!first || at <= first.start) return;
    const share = Math.min(1, Math.max(0, ms / (at - first.start)));
    for (const piece of pieces) {
      piece.cpu = share * ((piece === this.#open ? at : piece.end) - piece.start);
    }
  }
}

export interface Process {
  timeline: Timeline;
  id: number;
  parent: number;
  lanes: Map<number, Lane>;
  /** Nothing is known from this time on. */
  cut: number;
}

function mostOften(counts: Map<number, number>): number {
  let found = 0;
  for (const [line, count] of counts) if (count > (counts.get(found) ?? 0)) found = line;
  return found;
}

export class Timeline {
  readonly processes = new Map<number, Process>();
  /** Goes up with every change. */
  version = 0;
  /** Goes up with every lane that is added, and with every one that turns out to be the program's. */
  shape = 0;
  /** The latest time that is known of. */
  now = 0;
  /** The latest that a row has told. */
  #latest = 0;
  ended = false;
  /** So many tasks of the program are not among the lanes. */
  leftOut = 0;
  /** Which marks there are in any lane. */
  readonly kinds = new Set<Mark["kind"]>();
  /** What was printed, in the order in which it was told. */
  readonly printed: { lane: Lane; mark: Mark }[] = [];
  #rows = 0;
  readonly #states: Holding[] = [];
  #statesInOrder = true;
  readonly #holdUps = new HoldUps();

  static of({ processes, end }: Trace): Timeline {
    const timeline = new Timeline();
    for (const { process, parent, rows } of processes) timeline.add(process, rows, parent);
    timeline.end(end);
    return timeline;
  }

  add(process: number, rows: readonly Row[], parent = 0): void {
    const of = this.#process(process, parent);
    for (const row of rows) this.#add(of, row);
    this.version += 1;
  }

  /** Time has gone on, whether or not there was something to tell. */
  advance(at: number): void {
    if (this.ended || at <= this.now) return;
    this.now = at;
    this.version += 1;
  }

  /** It stands still at this time: whatever a clock has said beyond it has not come. */
  standStill(at: number): void {
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

  /** So many rows have been told. */
  get told(): number {
    return this.#rows;
  }

  /** From when on nothing is known, if there was too much to tell. */
  get cut(): number | undefined {
    let first = Infinity;
    for (const { cut } of this.processes.values()) first = Math.min(first, cut);
    return first < Infinity ? first : undefined;
  }

  /** Until when something is known: now, or where the last process was cut. */
  get known(): number {
    let last = 0;
    for (const { cut } of this.processes.values()) last = Math.max(last, cut);
    return last < Infinity && last > 0 ? Math.min(this.now, last * CUT_MARGIN) : this.now;
  }

  /** Process by process with its threads, thread by thread with its tasks, each in order of creation. */
  get lanes(): Lane[] {
    const found: Lane[] = [];
    const children = Map.groupBy(this.processes.values(), ({ parent }) => parent);
    const visited = new Set<Process>();
    const visit = (process: Process): void => {
      if (visited.has(process)) return;
      visited.add(process);
      const main = lane(process, 0);
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
    // Whoever says to be its own parent's parent comes last.
    this.processes.forEach(visit);
    return found;
  }

  /** What held up an event loop, in order of time. */
  get holdUps(): readonly HoldUp[] {
    return this.#holdUps.found(this.version, this.ended, this.leftOut === 0);
  }

  /** What the watched collections held, change by change, in order of time. */
  get states(): readonly Holding[] {
    if (!this.#statesInOrder) this.#states.sort((one, other) => one.at - other.at);
    this.#statesInOrder = true;
    return this.#states;
  }

  #process(id: number, parent: number): Process {
    let process = this.processes.get(id);
    if (!process) {
      process = { timeline: this, id, parent, lanes: new Map(), cut: Infinity };
      this.processes.set(id, process);
      const main = lane(process, 0);
      main.kind = "process";
      main.name = id === 1 ? "MainProcess" : `Process ${String(id)}`;
      main.own = true;
      this.shape += 1;
    }
    return process;
  }

  #add(process: Process, row: Row): void {
    if (this.#rows >= MAX_ROWS) {
      process.cut = Math.min(process.cut, this.now);
      return;
    }
    this.#rows += 1;
    if (row[0] === "fewer") {
      this.leftOut += row[1];
      return;
    }
    if (row[0] === "cut") {
      process.cut = Math.min(process.cut, row[1]);
      this.#reach(row[1]);
      return;
    }
    const on = lane(process, row[1]);
    switch (row[0]) {
      case "lane":
        this.#make(on, row);
        return;
      case "step": {
        on.add(row);
        const [, , , , start, end, , , line] = row;
        if (on.parent) on.parent.stepped += Math.max(0, end - start);
        this.#holdUps.addStep(on, row);
        this.#reach(end);
        this.#showLine(on, line);
        return;
      }
      case "wait":
        on.add(row);
        this.#holdUps.addWait(on, row);
        this.#showLine(on, row[5]);
        break;
      case "ready":
      case "run":
        on.add(row);
        this.#holdUps.goesOn(on, row[2]);
        break;
      case "seen":
        on.add(row);
        this.#showLine(on, row[3]);
        break;
      case "job":
        on.add(row);
        this.#showLine(on, row[4] || Number(row[3] !== "" && process.lanes.get(on.by)?.own));
        break;
      case "output": {
        const mark: Mark = { at: row[2], kind: row[3], text: row[4], line: row[5] };
        on.mark(mark);
        this.printed.push({ lane: on, mark });
        this.kinds.add(row[3]);
        this.#showLine(on, 1);
        break;
      }
      case "state":
        this.#hold(on, row);
        this.#showLine(on, row[3]);
        break;
      case "end":
        on.add(row);
        on.ending ??= { at: row[2], how: row[3], text: row[4] };
        if (row[3] === "done") break;
        on.mark({ at: row[2], kind: row[3], text: row[4], line: 0 });
        this.kinds.add(row[3]);
        break;
      default:
        on.add(row);
    }
    this.#reach(row[2]);
  }

  #make(on: Lane, row: Extract<Row, ["lane", ...unknown[]]>): void {
    const [, id, parent, kind, name, at, by, line, runs = ""] = row;
    this.#reach(at);
    // Of the process something is known from the start.
    if (on.kind !== undefined && id !== 0) return;
    on.kind = id === 0 ? "process" : kind;
    on.name = name || on.name || `${kind} ${String(id)}`;
    on.runs = runs === on.name ? "" : runs;
    on.start = Math.max(0, at);
    on.by = by;
    on.line = line;
    const maker = on.process.lanes.get(by);
    // What the program has a task of its own do is its own, even if that is a function of a library.
    const isMade = kind === "task" && maker?.kind === "task" && maker.line > 0;
    if (line > 0 || id <= 1 || isMade) on.own = true;
    if (id !== 0) {
      const thread = on.process.lanes.get(parent);
      if (kind === "task" && thread?.kind === "thread") {
        thread.adopt(on);
        this.#showLine(thread, 1);
      } else {
        lane(on.process, 0).adopt(on);
      }
    }
    this.shape += 1;
  }

  #hold(on: Lane, [, , at, line, values]: Extract<Row, ["state", ...unknown[]]>): void {
    if (this.#states.length >= MAX_STATES) {
      on.process.cut = Math.min(on.process.cut, at);
      return;
    }
    if (at < (this.#states.at(-1)?.at ?? 0)) this.#statesInOrder = false;
    this.#states.push({ lane: on, at, line, values });
  }

  #showLine(on: Lane, line: number): void {
    if (line <= 0 || on.own) return;
    on.own = true;
    this.shape += 1;
  }

  #reach(at: number): void {
    if (at > this.#latest) this.#latest = at;
    if (at > this.now) this.now = at;
  }
}

function lane(process: Process, id: number): Lane {
  let found = process.lanes.get(id);
  if (!found) {
    found = new Lane(process, id);
    process.lanes.set(id, found);
  }
  return found;
}
