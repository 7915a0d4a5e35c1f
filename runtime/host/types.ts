/** What the page knows of the machinery that runs Python: one `Host` a tab, one `Run` at a time. */

import type { Move } from "../protocol/page_worker.ts";
import type { Traced } from "../protocol/processes.ts";
import type { RunOptions } from "../protocol/run_options.ts";

export type { Move };

export interface Program extends Partial<RunOptions> {
  source: string;
  /** Shown in tracebacks, for example `asynchronous.py`. */
  filename: string;
  /** Further importable modules: content by relative path. */
  files?: Record<string, Uint8Array>;
  /** Somebody answers `input` events. Without, the program finds its standard input at its end. */
  interactive?: boolean;
}

export type RunEvent =
  /**
   * Bytes fetched so far, of all of them; then `total === loaded` while it starts. It is for the
   * libraries that the program declares alone when Python is there already.
   */
  | { type: "loading"; what: "Python" | "libraries"; loaded: number; total: number }
  /** Python is up, in this version ("3.14.2"), and the program's first line is about to run. */
  | { type: "started"; version: string }
  | { type: "stdout"; text: string }
  | { type: "stderr"; text: string }
  | { type: "capped"; lines: number }
  /** The program wants a line of input and waits for `answer`; only if `interactive`. */
  | { type: "input" }
  /** The main thread has ended; so many threads have not, and the program waits for them. */
  | { type: "waiting"; threads: number }
  /** The program stands still, at this time (ms) of its own; `state` is JSON, see page/workbench/paused_state.ts. */
  | { type: "paused"; at: number; state: string }
  /** Something the program used is otherwise than on CPython; see `WorkerEvent`. */
  | { type: "note"; fact: string; value: number; detail: string }
  /** Part of the timeline of one process of the program; see `WorkerEvent`. */
  | ({ type: "trace" } & Traced);

export type Outcome =
  /** The program ended by itself; `status` is what its process would have returned. */
  | { type: "finished"; status: number }
  /** `forced`: the program did not end by itself after Ctrl-C, so its interpreter was ended. */
  | { type: "stopped"; forced?: true }
  /** It could not be run or could not go on, for example a failed download. Run may try again. */
  | { type: "failed"; message: string };

export interface Run {
  readonly outcome: Promise<Outcome>;
  /**
   * Sends Ctrl-C, and ends the interpreter if the program has not ended half a second later; one
   * that still prints has two seconds. What it prints meanwhile is told. Called again it does not
   * wait; nothing happens after the end.
   */
  stop(): void;
  /** Answers an `input` event with a line, without its end; undefined is the end of input. */
  answer(text: string | undefined): void;
  /** Before the program has begun, the last one counts as soon as it has. */
  move(how: Move): void;
}

export interface Host {
  /**
   * Makes the sandbox, without Python and from what the browser has stored: one of these programs may
   * be run.
   */
  open(sources: readonly string[]): void;
  /** Fetches the runtime and starts Python now, because a run, of this source, is likely to come soon. */
  prepare(source?: string): void;
  /** Starts the program. The caller has stopped the previous run; a second one at a time throws. */
  run(program: Program, listen: (event: RunEvent) => void): Run;
}
