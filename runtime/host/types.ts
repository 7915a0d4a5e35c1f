/** The page's interface to Python: a tab has one `Host`, which runs one program at a time. */

import type { Move } from "../protocol/page_worker.ts";
import type { ProcessTrace } from "../protocol/processes.ts";
import type { RunOptions } from "../protocol/run_options.ts";

export type { Move };

export interface Program extends Partial<RunOptions> {
  source: string;
  /** The file name in tracebacks, for example `asynchronous.py`. */
  filename: string;
  /** Further modules that the program can import: their content by relative path. */
  files?: Record<string, Uint8Array>;
  /** Whether the page answers `input` events. Otherwise the program's standard input is empty. */
  interactive?: boolean;
}

export type RunEvent =
  /**
   * How many bytes have been fetched, and how many are needed, counting the files of Python and those of
   * the libraries that the program needs. When the two numbers are equal, Python or the program is
   * about to start. `what` is "libraries" if Python has started before in this tab.
   */
  | { type: "loading"; what: "Python" | "libraries"; loaded: number; total: number }
  /** Python is ready and starts the program. `version` is Python's, for example "3.14.2". */
  | { type: "started"; version: string }
  | { type: "stdout"; text: string }
  | { type: "stderr"; text: string }
  /** The program has printed more than a page shows. What follows these `lines` lines is dropped. */
  | { type: "capped"; lines: number }
  /** The program reads a line from its standard input and waits for `answer`. */
  | { type: "input" }
  /** The main thread has ended, and the program waits for this many other threads. */
  | { type: "waiting"; threads: number }
  /**
   * The program is paused, `at` ms after its start by its own clock. `state` is JSON; see
   * page/workbench/paused_state.ts.
   */
  | { type: "paused"; at: number; state: string }
  /** The program used something that differs from CPython; see `WorkerEvent`. */
  | { type: "note"; fact: string; value: number; detail: string }
  /** A part of the trace of one process of the program; see `WorkerEvent`. */
  | ({ type: "trace" } & ProcessTrace);

export type Outcome =
  /** The program ended by itself, with this exit status. */
  | { type: "finished"; status: number }
  /** The reader pressed Stop. `forced`: Ctrl+C did not end the program, so its worker was ended. */
  | { type: "stopped"; forced?: true }
  /** The program could not run, or its interpreter crashed. Another run may succeed. */
  | { type: "failed"; message: string };

export interface Run {
  readonly outcome: Promise<Outcome>;
  /**
   * Sends Ctrl+C to the program. If the program does not end, its worker is ended: after half a second
   * in which the program sends no event, such as output, and after two seconds in any case. Output that
   * the program prints in the meantime is still reported. A second call ends the worker immediately. So
   * does the first call in browsers without stack switching, where a running program cannot notice
   * Ctrl+C. If no worker has received the program yet, the run ends immediately.
   */
  stop(): void;
  /** Answers an `input` event with a line, or with the end of input if `text` is undefined. */
  answer(text: string | undefined): void;
  /** Pauses, resumes or steps the program. Of several calls before its start, only the last counts. */
  move(move: Move): void;
}

export interface Host {
  /**
   * Opens the sandbox, because one of these programs may be run. Does not start Python. Of the files
   * that Python needs, this reads at most the warm snapshot and the archives with its extension
   * modules, and these only from the browser's cache.
   */
  open(sources: readonly string[]): void;
  /**
   * Begins to fetch the runtime and to start Python, because this program is likely to be run soon. Does
   * nothing while a program is running. A failure is not reported; the next run tries again.
   */
  prepare(source?: string): void;
  /** Starts a program. Throws an error if another one is still running. */
  run(program: Program, listen: (event: RunEvent) => void): Run;
}
