/**
 * The messages between the page, the sandbox frame and the Python worker.
 *
 * The page talks to a worker directly, through a port that the frame hands on. It trusts nothing that
 * arrives there: a program can post what it likes, so every message passes `asWorkerEvent` first.
 */
import type { RunOptions } from "./run_options.ts";

/**
 * page → sandbox frame. The files may come in any order, each once; a worker starts when those it
 * needs are there. Buffers are transferred.
 */
export type FrameCommand =
  /** First, with a port for `FrameEvent`s. */
  | { type: "open" }
  | { type: "script"; script: string }
  | { type: "wasm"; wasm: ArrayBuffer }
  | { type: "assets"; assets: Assets }
  /** Workers yet to come shall not use the assets there were, but wait for others. */
  | { type: "withdraw" }
  /** For workers that are to start warm: first what takes time to compile. */
  | { type: "modules"; modules: PackedModule[] }
  | { type: "warm"; assets: Assets }
  /** May come later than the rest; workers that wait for it get it then. */
  | ({ type: "library" } & (Library | NoLibrary))
  /** Starts a worker, which gets the port that comes with the message. */
  | { type: "spawn"; worker: number; warm: boolean }
  | { type: "terminate"; worker: number };

/** sandbox frame → page. */
export type FrameEvent = { type: "worker-error"; worker: number; message: string };

/** The runtime's bytes, already downloaded and unpacked by the page. */
export interface Assets {
  /** Python's memory to start from; see worker/snapshot.ts. Without, it starts from nothing. */
  snapshot?: ArrayBuffer;
  /** In bytes. */
  stdlibSize: number;
  /** The trimmed pyodide-lock.json, as text. */
  lockfile: string;
  /** Wheels by file name, as named in the lock file; a snapshot has them in it. */
  wheels: Record<string, ArrayBuffer>;
  /** Names of the packages in the lock file to install at start. */
  packages: string[];
}

export interface Library {
  /** The archive of Python's standard library. */
  stdlib: ArrayBuffer;
}

/** It could not be fetched: why, for the reader. */
export interface NoLibrary {
  problem: string;
}

/** A module in C that is loaded in a memory with libraries: where Python finds it, and its code. */
export interface PackedModule {
  path: string;
  handle: number;
  wasm: ArrayBuffer;
}

/** sandbox frame → worker, as its first message; the `Library` follows when it is not part of it. */
export type WorkerAssets = Assets &
  Partial<Library> & {
    wasm: WebAssembly.Module;
    /** Modules in C that the snapshot has in it. */
    preloaded?: { path: string; handle: number; module: WebAssembly.Module }[];
  };

/**
 * Pause: the program and its clocks stand still. Step: it does its next callback of an event loop, or,
 * where none runs, the next turn of a thread, and is paused again. A `paused` event follows on both.
 */
export type Move = "pause" | "step" | "resume";

/** page → worker. */
export type Command =
  /** Libraries that programs may declare: a zip archive of the files of each. May come early. */
  | { type: "packages"; packages: Record<string, ArrayBuffer> }
  | {
      type: "run";
      run: number;
      source: string;
      filename: string;
      /** Further importable modules: content by relative path. */
      files?: Record<string, Uint8Array>;
      /** Names of the libraries it has declared. */
      packages: string[];
      options: RunOptions;
      /** The standard library is in the sandbox, or on its way from there to the worker. */
      library: boolean;
    }
  /** Ctrl-C for the program that runs; nothing if it has ended. */
  | { type: "interrupt"; run: number }
  | { type: Move; run: number }
  /** The line that an `input` event asked for, without its end; the end of input when undefined. */
  | { type: "answer"; run: number; text: string | undefined };

/** worker → page. */
export type WorkerEvent =
  /** `version` is Python's, for example "3.14.2"; `restored`: from a snapshot. */
  | { type: "ready"; version: string; jspi: boolean; restored: boolean }
  | { type: "started"; run: number }
  | { type: "stdout"; run: number; text: string }
  | { type: "stderr"; run: number; text: string }
  /** The program printed more than a page can show; what follows is dropped. */
  | { type: "capped"; run: number; lines: number }
  /** The program reads its standard input and waits for an `answer`. */
  | { type: "input"; run: number }
  /** The program's main thread has ended; so many threads that are no daemons have not. */
  | { type: "waiting"; run: number; threads: number }
  /**
   * Something the program used is otherwise than on CPython. `value` and `detail` belong to the
   * fact: a count or ms, the name of a function or module.
   */
  | { type: "note"; run: number; fact: string; value: number; detail: string }
  /**
   * What a process of the program did: `rows` is JSON text, an array of rows as in
   * timeline/model/trace_events.ts, but with times in ns of the process's own clock. That showed
   * `origin` when it was `begun` (ms) on the one clock that all processes have. `steps` are further
   * rows of that type; see timeline/model/live.ts for both.
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
  /** The program stands still, at this time (ms) of its own; `state` is JSON, see page/workbench/paused_state.ts. */
  | { type: "paused"; run: number; at: number; state: string }
  | { type: "ended"; run: number; status: number }
  /** The program has ended, but something of it is still alive: this worker must not run another. */
  | { type: "spent" }
  /** The interpreter cannot go on (failed boot, stack overflow in WebAssembly, out of memory). */
  | { type: "crashed"; message: string };

type Kind = "string" | "number" | "boolean" | "numbers";

const fields: Record<WorkerEvent["type"], Record<string, Kind>> = {
  ready: { version: "string", jspi: "boolean", restored: "boolean" },
  started: { run: "number" },
  stdout: { run: "number", text: "string" },
  stderr: { run: "number", text: "string" },
  capped: { run: "number", lines: "number" },
  input: { run: "number" },
  waiting: { run: "number", threads: "number" },
  note: { run: "number", fact: "string", value: "number", detail: "string" },
  trace: {
    ...{ run: "number", process: "number", parent: "number" },
    ...{ begun: "number", origin: "number", rows: "string", steps: "numbers" },
  },
  paused: { run: "number", at: "number", state: "string" },
  ended: { run: "number", status: "number" },
  spent: {},
  crashed: { message: "string" },
};

/** Longer than any text of the runtime's own: its cap on output is 500 000 characters. */
const LONGEST = 1_000_000;

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind === "numbers") return value instanceof Float64Array && value.length <= LONGEST;
  if (kind === "string") return typeof value === "string" && value.length <= LONGEST;
  return kind === "number" ? Number.isFinite(value) : typeof value === kind;
}

/** The message as an event with exactly the known fields, or undefined if it is not one. */
export function asWorkerEvent(message: unknown): WorkerEvent | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const record = message as Record<string, unknown>;
  const type = record["type"];
  if (typeof type !== "string" || !Object.hasOwn(fields, type)) return undefined;
  const clean: Record<string, unknown> = { type };
  for (const [name, kind] of Object.entries(fields[type as WorkerEvent["type"]])) {
    if (!isOfKind(record[name], kind)) return undefined;
    clean[name] = record[name];
  }
  return clean as unknown as WorkerEvent;
}
