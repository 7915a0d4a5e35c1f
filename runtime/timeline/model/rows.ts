/**
 * What the tracer tells of a run, row by row, live and in `name.trace.json` alike. This file imports
 * nothing.
 *
 * A run is a tree of lanes: processes, their threads, the tasks of a thread's event loops. Of each
 * lane the rows say when it ran, was ready to run but did not, or waited, and for what. Times are
 * milliseconds since the main process began. A lane's number is unique in its process: 0 is the
 * process itself, 1 its main thread. Lines are those of the program, 0 where that is unknown.
 */

export type LaneKind = "process" | "thread" | "task";

/** What a lane waits for; `of` in the rows adds a name where there is one ("Thread-1", "Task-3"). */
export const REASONS = [
  "sleep",
  "lock",
  "semaphore",
  "event",
  "condition",
  "barrier",
  /** For something to be there. */
  "queue get",
  /** For room. */
  "queue put",
  /** For all its items to be dealt with. */
  "queue join",
  /** For a thread to end. */
  "thread",
  /** For a process to end, or to answer. */
  "process",
  "task",
  /** For several tasks or futures. */
  "tasks",
  "task group",
  /** For a future that something else sets. */
  "future",
  /** For a call that an executor runs. */
  "executor",
  /** A worker of a pool, for its next call. */
  "work",
  /** For a pool to have ended. */
  "shutdown",
  /** An event loop of which no task is ready. */
  "idle",
  /** It has only let others have their turn, as with `sleep(0)`. */
  "turn",
  /** For a file, socket or pipe. */
  "I/O",
  /** For the reader to type. */
  "input",
  "other",
] as const;

export type Reason = (typeof REASONS)[number];

/** How a lane ended; `killed`: from outside, without a word of its own. */
export type Ending = "done" | "failed" | "cancelled" | "killed";

export type Row =
  /**
   * A lane comes into being, made by the lane `by` (-1: unknown), to run what `line` defines, which is
   * called `runs`, if that is told.
   */
  | [
      type: "lane",
      lane: number,
      parent: number,
      kind: LaneKind,
      name: string,
      at: number,
      by: number,
      line: number,
      runs?: string,
    ]
  /**
   * A task was ready since `ready`, woken by the lane `by` (-1: a timer or something outside), ran
   * from `start` to `end`, and waits since then, at `line`. The reason is empty if it has ended:
   * then an `end` row follows.
   */
  | [
      type: "step",
      lane: number,
      ready: number,
      by: number,
      start: number,
      end: number,
      reason: Reason | "",
      of: string,
      line: number,
    ]
  /** A thread begins to wait. */
  | [type: "wait", lane: number, at: number, reason: Reason, of: string, line: number]
  /** A thread could run again, woken by the lane `by`; or its turn was over (`by` is its own lane). */
  | [type: "ready", lane: number, at: number, by: number]
  /** A thread runs (again). */
  | [type: "run", lane: number, at: number]
  /** A thread was seen to be in this line as it ran. */
  | [type: "seen", lane: number, at: number, line: number]
  /** A worker of a pool begins with a call of this name; with an empty name, it is done with it. */
  | [type: "job", lane: number, at: number, name: string, line: number]
  /**
   * So much of the time since the thread last began to run it was on a processor, in ms. The rest it
   * was ready: it waited for the GIL, or for a core.
   */
  | [type: "cpu", lane: number, at: number, ms: number]
  /** `text`: the name of the exception, or the exit status of a process. */
  | [type: "end", lane: number, at: number, how: Ending, text: string]
  /** The lane printed a line, from that line of the program. */
  | [
      type: "output",
      lane: number,
      at: number,
      stream: "stdout" | "stderr",
      text: string,
      line: number,
    ]
  /**
   * What the collections hold that the program's header names, as the lane begins with `line`: by name
   * a text for each entry, in the order in which they will be taken. Told when it has changed.
   */
  | [type: "state", lane: number, at: number, line: number, values: Record<string, string[]>]
  /** There was more than a recording keeps: so many tasks are left out, with all that they did. */
  | [type: "fewer", tasks: number]
  /** There was more than a timeline keeps: nothing is known from here on. */
  | [type: "cut", at: number];

/** What one process has told. */
export interface ProcessRows {
  /** 1 for the main process. */
  process: number;
  /** The process that started it; 0 for the main one. */
  parent: number;
  rows: Row[];
}

/** The content of a `name.trace.json`. */
export interface Trace {
  schema: 1;
  /** What it was recorded on, such as "CPython 3.13". */
  interpreter: string;
  /** When all was over, in ms. */
  end: number;
  processes: ProcessRows[];
}
