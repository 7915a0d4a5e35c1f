/**
 * The events of a trace: their types, and the rows in which the tracer sends and stores them.
 *
 * A run is a tree of lanes: processes, their threads, and the tasks of a thread's event loops. For
 * each lane the events say when it ran, when it was ready to run, and when it waited and for what.
 * Times are in ms since the main process started. A lane's id is unique in its process: 0 is the
 * process itself, 1 its main thread. Lines are lines of the program, or 0 if the line is unknown.
 *
 * A row is an array with the kind of the event and then its values. If the position of a value changes
 * here, it has to change in all code that makes rows: the tracer in runtime/python/runnable_tracer,
 * mkdocs_runnable/recording/tracing.py, live.ts in this folder, and the broker in runtime/sandbox, which
 * adds the end of a process.
 */

/** Why a lane waits. A trace adds the name of what it waits for, such as "Thread-1", if there is one. */
export const REASONS = [
  "sleep",
  "lock",
  "semaphore",
  "event",
  "condition",
  "barrier",
  /** For an item. */
  "queue get",
  /** For space. */
  "queue put",
  /** Until all items of a queue are processed. */
  "queue join",
  /** For a thread to end. */
  "thread",
  /** For a process to end, or to answer. */
  "process",
  "task",
  /** For several tasks or futures. */
  "tasks",
  "task group",
  /** For a future that other code completes. */
  "future",
  /** For a call that an executor runs. */
  "executor",
  /** A pool's worker waits for its next call. */
  "work",
  /** For a pool to end. */
  "shutdown",
  /** An event loop has no ready task. */
  "idle",
  /** The task yielded to other tasks, as `sleep(0)` does. */
  "turn",
  /** For a file, socket or pipe, if it is not one of the following reasons. */
  "I/O",
  /** Until a connection is established. */
  "connect",
  /** A server waits for a client. */
  "accept",
  /** For data from a socket or pipe. */
  "read",
  /** Until a socket or pipe can take more data. */
  "write",
  /** Until one of several sockets or pipes is ready. */
  "select",
  /** For the reader to type. */
  "input",
  "other",
] as const;

export type Reason = (typeof REASONS)[number];

const LANE_KINDS = ["process", "thread", "task"] as const;
export type LaneKind = (typeof LANE_KINDS)[number];

/** How a lane ended. A killed process could not report its end itself. */
const ENDINGS = ["done", "failed", "cancelled", "killed"] as const;
export type Ending = (typeof ENDINGS)[number];

const STREAMS = ["stdout", "stderr"] as const;
export type Stream = (typeof STREAMS)[number];

/** A lane is created. */
export interface LaneEvent {
  kind: "lane";
  lane: number;
  /** The thread of a task, or the process (0) of a thread; -1 for a process. */
  parent: number;
  laneKind: LaneKind;
  name: string;
  at: number;
  /** The lane that created this one; -1 if unknown. */
  createdBy: number;
  /** The line where the function that the lane runs is defined; 0 if it is not in the program. */
  line: number;
  /** The name of that function; empty if unknown. */
  runs: string;
}

/** A task became ready, ran for one step, and then began to wait or ended. */
export interface StepEvent {
  kind: "step";
  lane: number;
  /** When the task became ready. */
  ready: number;
  /** The lane that woke the task; -1 for a timer or something outside the process. */
  wokenBy: number;
  start: number;
  end: number;
  /** Why the task waits after the step; empty if it ended, as an `EndEvent` reports. */
  reason: Reason | "";
  /** Name of what the task waits for; empty if that has no name. */
  target: string;
  /** The line where the task waits after the step. */
  line: number;
}

/** A thread begins to wait. */
export interface WaitEvent {
  kind: "wait";
  lane: number;
  at: number;
  reason: Reason;
  /** Name of what the thread waits for; empty if that has no name. */
  target: string;
  line: number;
}

/** A thread becomes ready to run. */
export interface ReadyEvent {
  kind: "ready";
  lane: number;
  at: number;
  /**
   * The lane that woke the thread, or -1 for a timer or something outside the process. A thread that
   * was interrupted at the end of its time slice has its own id here.
   */
  wokenBy: number;
}

/** A thread starts or resumes. */
export interface RunningEvent {
  kind: "run";
  lane: number;
  at: number;
}

/** A running thread was seen in this line, at a time at which the tracer took a sample. */
export interface SeenEvent {
  kind: "seen";
  lane: number;
  at: number;
  line: number;
}

/** A pool's worker begins a call with this name or, if the name is empty, has finished its call. */
export interface JobEvent {
  kind: "job";
  lane: number;
  at: number;
  name: string;
  /** The line where the called function is defined; 0 if that is not in the program, or after a call. */
  line: number;
}

/**
 * How long a thread has been on a processor since it last began to run. For the rest of that time it
 * waited for the GIL or for a core.
 */
export interface CpuEvent {
  kind: "cpu";
  lane: number;
  at: number;
  ms: number;
}

export interface EndEvent {
  kind: "end";
  lane: number;
  at: number;
  how: Ending;
  /** The name of the exception, or the exit status of a process; empty if there is neither. */
  text: string;
}

/** A lane printed a line. */
export interface OutputEvent {
  kind: "output";
  lane: number;
  at: number;
  stream: Stream;
  text: string;
  line: number;
}

/**
 * The watched collections, which the program's header names, have changed since the last such event.
 * They have these values just before the lane executes the line.
 */
export interface CollectionsEvent {
  kind: "state";
  lane: number;
  at: number;
  line: number;
  /** For each collection, a text per entry, in the order in which the program will remove the entries. */
  values: Record<string, string[]>;
}

/** The run had more tasks than a recording keeps, so this many are left out with all their events. */
export interface FewerEvent {
  kind: "fewer";
  tasks: number;
}

/** The run had more events than a timeline keeps, so nothing is known after this time. */
export interface CutEvent {
  kind: "cut";
  at: number;
}

/** An event from which the segments of a lane are built. */
export type ActivityEvent =
  StepEvent | WaitEvent | ReadyEvent | RunningEvent | SeenEvent | JobEvent | CpuEvent | EndEvent;

export type TraceEvent =
  ActivityEvent | LaneEvent | OutputEvent | CollectionsEvent | FewerEvent | CutEvent;

type Kind = TraceEvent["kind"];

/** The events of one process. */
export interface ProcessTrace {
  /** The number of the process; 1 for the main process. */
  process: number;
  /** The number of the process that started this one; 0 for the main process. */
  parent: number;
  events: TraceEvent[];
}

export interface Trace {
  /** What the run was recorded on, such as "CPython 3.13". */
  interpreter: string;
  /** When the run ended, in ms. */
  end: number;
  processes: ProcessTrace[];
}

// --- stored form ----------------------------------------------------------------------------------

/** An event as the tracer sends and stores it. */
export type TraceRow =
  | [
      kind: "lane",
      lane: number,
      parent: number,
      laneKind: LaneKind,
      name: string,
      at: number,
      createdBy: number,
      line: number,
      runs?: string,
    ]
  | [
      kind: "step",
      lane: number,
      ready: number,
      wokenBy: number,
      start: number,
      end: number,
      reason: Reason | "",
      target: string,
      line: number,
    ]
  | [kind: "wait", lane: number, at: number, reason: Reason, target: string, line: number]
  | [kind: "ready", lane: number, at: number, wokenBy: number]
  | [kind: "run", lane: number, at: number]
  | [kind: "seen", lane: number, at: number, line: number]
  | [kind: "job", lane: number, at: number, name: string, line: number]
  | [kind: "cpu", lane: number, at: number, ms: number]
  | [kind: "end", lane: number, at: number, how: Ending, text: string]
  | [kind: "output", lane: number, at: number, stream: Stream, text: string, line: number]
  | [kind: "state", lane: number, at: number, line: number, values: Record<string, string[]>]
  | [kind: "fewer", tasks: number]
  | [kind: "cut", at: number];

/** The content of a `name.trace.json`. */
export interface StoredTrace {
  schema: 1;
  interpreter: string;
  end: number;
  processes: { process: number; parent: number; rows: TraceRow[] }[];
}

/** Positions of the times in rows of these kinds. Other rows have at most one, at position 2. */
const TIME_POSITIONS: Record<string, readonly number[]> = { lane: [5], step: [2, 4, 5], cut: [1] };
const USUAL_TIME_POSITION: readonly number[] = [2];

/** The positions of the times in a row of this kind. */
export const timePositions = (kind: string): readonly number[] =>
  TIME_POSITIONS[kind] ?? USUAL_TIME_POSITION;

/** Texts are truncated to this number of UTF-16 units. */
const MAX_TEXT_LENGTH = 200;

/** How many collections, and how many entries of each, are kept. The others are left out. */
const MAX_COLLECTIONS = 4;
const MAX_ENTRIES = 50;

/** Thrown for data that is not a trace. A program can send any data in the name of the tracer. */
class FormatError extends Error {}

function check(isValid: boolean): void {
  if (!isValid) throw new FormatError();
}

// Each of the following functions returns the value if it is of the expected kind, or else throws a
// `FormatError`.

function number(value: unknown): number {
  check(Number.isFinite(value));
  return value as number;
}

/** A line, a number of things or the id of a lane. */
function count(value: unknown): number {
  check(Number.isSafeInteger(value) && (value as number) >= 0);
  return value as number;
}

/** The id of another lane, or -1 for none. */
function laneOrNone(value: unknown): number {
  check(Number.isSafeInteger(value) && (value as number) >= -1);
  return value as number;
}

function text(value: unknown): string {
  check(typeof value === "string");
  return (value as string).slice(0, MAX_TEXT_LENGTH);
}

const oneOf = <One extends string>(known: readonly One[]): ((value: unknown) => One) => {
  const set = new Set<unknown>(known);
  return (value) => {
    check(set.has(value));
    return value as One;
  };
};

const reason = oneOf(REASONS);
const reasonOrNone = oneOf([...REASONS, ""]);
const laneKind = oneOf(LANE_KINDS);
const ending = oneOf(ENDINGS);
const stream = oneOf(STREAMS);

function collections(value: unknown): Record<string, string[]> {
  check(typeof value === "object" && value !== null && !Array.isArray(value));
  const all = Object.entries(value as object) as [string, unknown][];
  for (const [, entries] of all) {
    check(Array.isArray(entries) && entries.every((entry) => typeof entry === "string"));
  }
  // Without a prototype, because the program chooses the names, which may be those of methods.
  const kept = Object.create(null) as Record<string, string[]>;
  for (const [name, entries] of all.slice(0, MAX_COLLECTIONS)) {
    kept[text(name)] = (entries as string[]).slice(0, MAX_ENTRIES).map(text);
  }
  return kept;
}

/** The possible lengths of a row of each kind. In a row of kind "lane", `runs` may be missing. */
const LENGTHS: Record<Kind, readonly number[]> = {
  lane: [8, 9],
  step: [9],
  wait: [6],
  ready: [4],
  run: [3],
  seen: [4],
  job: [5],
  cpu: [4],
  end: [5],
  output: [6],
  state: [5],
  fewer: [2],
  cut: [2],
};

/** Functions that decode a row of each kind. They throw a `FormatError` if a value has a wrong type. */
const DECODERS: { [K in Kind]: (row: readonly unknown[]) => Extract<TraceEvent, { kind: K }> } = {
  lane: (row) => ({
    kind: "lane",
    lane: count(row[1]),
    parent: laneOrNone(row[2]),
    laneKind: laneKind(row[3]),
    name: text(row[4]),
    at: number(row[5]),
    createdBy: laneOrNone(row[6]),
    line: count(row[7]),
    runs: row.length > 8 ? text(row[8]) : "",
  }),
  step: (row) => ({
    kind: "step",
    lane: count(row[1]),
    ready: number(row[2]),
    wokenBy: laneOrNone(row[3]),
    start: number(row[4]),
    end: number(row[5]),
    reason: reasonOrNone(row[6]),
    target: text(row[7]),
    line: count(row[8]),
  }),
  wait: (row) => ({
    kind: "wait",
    lane: count(row[1]),
    at: number(row[2]),
    reason: reason(row[3]),
    target: text(row[4]),
    line: count(row[5]),
  }),
  ready: (row) => ({
    kind: "ready",
    lane: count(row[1]),
    at: number(row[2]),
    wokenBy: laneOrNone(row[3]),
  }),
  run: (row) => ({ kind: "run", lane: count(row[1]), at: number(row[2]) }),
  seen: (row) => ({ kind: "seen", lane: count(row[1]), at: number(row[2]), line: count(row[3]) }),
  job: (row) => ({
    kind: "job",
    lane: count(row[1]),
    at: number(row[2]),
    name: text(row[3]),
    line: count(row[4]),
  }),
  cpu: (row) => ({ kind: "cpu", lane: count(row[1]), at: number(row[2]), ms: number(row[3]) }),
  end: (row) => ({
    kind: "end",
    lane: count(row[1]),
    at: number(row[2]),
    how: ending(row[3]),
    text: text(row[4]),
  }),
  output: (row) => ({
    kind: "output",
    lane: count(row[1]),
    at: number(row[2]),
    stream: stream(row[3]),
    text: text(row[4]),
    line: count(row[5]),
  }),
  state: (row) => ({
    kind: "state",
    lane: count(row[1]),
    at: number(row[2]),
    line: count(row[3]),
    values: collections(row[4]),
  }),
  fewer: (row) => ({ kind: "fewer", tasks: count(row[1]) }),
  cut: (row) => ({ kind: "cut", at: number(row[1]) }),
};

function decodeEvent(row: unknown): TraceEvent {
  if (!Array.isArray(row) || !Object.hasOwn(DECODERS, row[0] as PropertyKey)) {
    throw new FormatError();
  }
  const kind = row[0] as Kind;
  check(typeof kind === "string" && LENGTHS[kind].includes(row.length));
  return DECODERS[kind](row);
}

/** Calls `decode`, and returns undefined if that throws a `FormatError`. */
function orUndefined<Result>(decode: () => Result): Result | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function eventsOf(rows: unknown): TraceEvent[] {
  check(Array.isArray(rows));
  return (rows as unknown[]).map(decodeEvent);
}

/** Checks and decodes rows, and truncates long texts; undefined if a row is invalid. */
export const decodeEvents = (rows: unknown): TraceEvent[] | undefined =>
  orUndefined(() => eventsOf(rows));

function fields(value: unknown): Record<string, unknown> {
  check(typeof value === "object" && value !== null);
  return value as Record<string, unknown>;
}

/** Checks and decodes the content of a `name.trace.json`; undefined if it is not a trace. */
export const decodeTrace = (value: unknown): Trace | undefined =>
  orUndefined(() => {
    const { schema, interpreter, end, processes } = fields(value);
    check(schema === 1 && Array.isArray(processes));
    return {
      interpreter: text(interpreter),
      end: number(end),
      processes: (processes as unknown[]).map((one) => {
        const { process, parent, rows } = fields(one);
        return { process: count(process), parent: count(parent), events: eventsOf(rows) };
      }),
    };
  });
