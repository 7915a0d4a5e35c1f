/**
 * The messages between the page, the sandbox frame and the Python worker.
 *
 * The page and a worker talk to each other directly, through a port that the frame passes on. The page
 * trusts nothing that arrives there, because a program can post any message: every message has to pass
 * `asWorkerEvent`.
 */
import type { RunOptions } from "./run_options.ts";

/**
 * page → sandbox frame. Files may arrive in any order, and a worker starts as soon as the files that it
 * needs are there. The buffers in a command are transferred, not copied.
 */
export type FrameCommand =
  /** The first command. The frame sends its `FrameEvent`s to the port that comes with the command. */
  | { type: "open" }
  /** The source of the worker's script. */
  | { type: "script"; script: string }
  /** The WebAssembly code of Python, which the frame compiles once for all workers. */
  | { type: "wasm"; wasm: ArrayBuffer }
  | { type: "assets"; assets: Assets }
  /**
   * Discards the assets that were sent, because their snapshot cannot be used. Workers that have not
   * started yet wait for the next `assets`.
   */
  | { type: "withdraw" }
  /**
   * `modules` and `warm` are for warm workers. Their snapshot, which is sent in `warm`, contains a Python
   * that has already imported libraries. The modules of these libraries that are written in C are sent
   * earlier, in `modules`, because compiling them takes time.
   */
  | { type: "modules"; modules: PackedModule[] }
  | { type: "warm"; assets: Assets }
  /**
   * The standard library, which the frame keeps, or the reason why it could not be fetched. The frame
   * passes either on to the workers that have started without the library.
   */
  | ({ type: "library" } & (Library | NoLibrary))
  /**
   * Starts a worker, from the assets of `warm` if `warm` is true. The port that comes with the command
   * connects the worker to the page.
   */
  | { type: "spawn"; worker: number; warm: boolean }
  | { type: "terminate"; worker: number };

/** sandbox frame → page. */
export type FrameEvent = { type: "worker-error"; worker: number; message: string } | LibraryWanted;

/** worker → sandbox frame → page: the worker needs the standard library and does not have it. */
export interface LibraryWanted {
  type: "library-wanted";
}

/** What a worker needs to start Python, downloaded and decompressed by the page. */
export interface Assets {
  /** A snapshot to restore Python from; see worker/startup/snapshot.ts. Without it, Python starts anew. */
  snapshot?: ArrayBuffer;
  /**
   * The size of the archive with the standard library, in bytes. If the archive has not arrived when
   * Python starts, an empty file of this size takes its place.
   */
  stdlibSize: number;
  /** The text of pyodide-lock.json, reduced to the packages that the engine uses. */
  lockfile: string;
  /** Wheels by their file name in the lock file. A snapshot already contains them. */
  wheels: Record<string, ArrayBuffer>;
  /** Names of the packages in the lock file that are installed when Python starts anew. */
  packages: string[];
}

/** Python's standard library. */
export interface Library {
  /** The zip archive with its modules. */
  stdlib: ArrayBuffer;
}

/** Sent in place of the standard library if it could not be fetched. */
export interface NoLibrary {
  /** The reason, in words for the reader. */
  problem: string;
}

/** A module written in C that the snapshot of warm workers contains. */
export interface PackedModule {
  /** The path from which Python has imported the module. */
  path: string;
  /** The number by which the snapshot refers to the module; see worker/startup/preload.ts. */
  handle: number;
  wasm: ArrayBuffer;
}

/**
 * sandbox frame → worker, the first message. Without `stdlib`, a `Library` or a `NoLibrary` can follow at
 * any time.
 */
export type WorkerAssets = Assets &
  Partial<Library> & {
    wasm: WebAssembly.Module;
    /** The compiled modules of a warm snapshot. */
    preloaded?: { path: string; handle: number; module: WebAssembly.Module }[];
  };

/**
 * How a reader moves through a program. `pause` stops the program and its clocks. `step` lets it run
 * its next callback of an event loop or, if no event loop runs, the next time slice of a thread, and
 * then pauses it again. The worker answers `pause` and `step` with a `paused` event, unless the program
 * ends before. A worker that cannot suspend a stack ignores all moves.
 */
export type Move = "pause" | "step" | "resume";

/** page → worker. `run` is the number of the run, which the events of the run repeat. */
export type Command =
  /** Zip archives with the files of libraries, by name. They may arrive before Python has started. */
  | { type: "packages"; packages: Record<string, ArrayBuffer> }
  | {
      type: "run";
      run: number;
      source: string;
      filename: string;
      /** Further modules that the program can import: their content by relative path. */
      files?: Record<string, Uint8Array>;
      /** Names of the libraries that the program needs, apart from the standard library. */
      packages: string[];
      options: RunOptions;
    }
  /** Sends Ctrl+C to the program, unless it has ended. */
  | { type: "interrupt"; run: number }
  | { type: Move; run: number }
  /** Answers an `input` event with a line without its newline, or with the end of input if undefined. */
  | { type: "answer"; run: number; text: string | undefined };

/** worker → page. */
export type WorkerEvent =
  /**
   * Python has started. `version` is Python's, for example "3.14.2"; `jspi` says whether the worker can
   * suspend a stack, which switching between threads requires (see stack_switching.ts); `restored` says
   * whether the worker has started from a snapshot.
   */
  | { type: "ready"; version: string; jspi: boolean; restored: boolean }
  | { type: "started"; run: number }
  | { type: "stdout"; run: number; text: string }
  | { type: "stderr"; run: number; text: string }
  /** The program has printed more than a page shows. What follows these `lines` lines is dropped. */
  | { type: "capped"; run: number; lines: number }
  /** The program reads its standard input and waits for an `answer`. */
  | { type: "input"; run: number }
  /** The main thread has run its last line, and the program waits for this many non-daemon threads. */
  | { type: "waiting"; run: number; threads: number }
  /**
   * The program used something that differs from CPython. The meaning of `value` (a count or ms) and
   * `detail` (the name of a function or module) depends on the fact; see browser_runtime/facts.py.
   */
  | { type: "note"; run: number; fact: string; value: number; detail: string }
  /**
   * A part of the trace of one process. `rows` is the JSON text of an array of events as in
   * timeline/model/trace_events.ts, but with times in ns of the process's own clock. That clock showed
   * `origin` at the time `begun`, in ms of a clock that all processes share. `steps` are further events
   * in a compact form; see timeline/model/live.ts.
   */
  | {
      type: "trace";
      run: number;
      process: number;
      parent: number;
      begun: number;
      origin: number;
      rows: string;
      steps: Float64Array;
    }
  /**
   * The program is paused, `at` ms after its start by its own clock. `state` is JSON; see
   * page/workbench/paused_state.ts.
   */
  | { type: "paused"; run: number; at: number; state: string }
  | { type: "ended"; run: number; status: number }
  /** The program has ended but cannot be cleaned up, so the worker must not run another program. */
  | { type: "spent" }
  /** Python could not start, or has crashed, for example by a stack overflow or for lack of memory. */
  | { type: "crashed"; message: string };

/** What a field must be. "numbers" stands for a `Float64Array`. */
type Kind = "string" | "number" | "boolean" | "numbers";

/** The fields that each event has in addition to its type. */
const FIELDS: Record<WorkerEvent["type"], Record<string, Kind>> = {
  ready: { version: "string", jspi: "boolean", restored: "boolean" },
  started: { run: "number" },
  stdout: { run: "number", text: "string" },
  stderr: { run: "number", text: "string" },
  capped: { run: "number", lines: "number" },
  input: { run: "number" },
  waiting: { run: "number", threads: "number" },
  note: { run: "number", fact: "string", value: "number", detail: "string" },
  trace: {
    run: "number",
    process: "number",
    parent: "number",
    begun: "number",
    origin: "number",
    rows: "string",
    steps: "numbers",
  },
  paused: { run: "number", at: "number", state: "string" },
  ended: { run: "number", status: "number" },
  spent: {},
  crashed: { message: "string" },
};

/**
 * The greatest length of a text or a list in an event. The worker cuts off the output of a program after
 * 500,000 characters, so this limit leaves a margin.
 */
const MAX_LENGTH = 1_000_000;

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind === "numbers") return value instanceof Float64Array && value.length <= MAX_LENGTH;
  if (kind === "string") return typeof value === "string" && value.length <= MAX_LENGTH;
  return kind === "number" ? Number.isFinite(value) : typeof value === kind;
}

/** Returns a copy of a message with exactly the known fields, or undefined if it is no valid event. */
export function asWorkerEvent(message: unknown): WorkerEvent | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const record = message as Record<string, unknown>;
  const type = record["type"];
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type)) return undefined;
  const clean: Record<string, unknown> = { type };
  for (const [name, kind] of Object.entries(FIELDS[type as WorkerEvent["type"]])) {
    if (!isOfKind(record[name], kind)) return undefined;
    clean[name] = record[name];
  }
  return clean as unknown as WorkerEvent;
}
