/** What Python reports to the page other than output, for one run at a time. */
import { MAIN, type ProcessTrace } from "../../protocol/processes.ts";
import type { WorkerEvent } from "../../protocol/page_worker.ts";

/** How many steps of the clock are measured to find the smallest step. */
const MEASURED_STEPS = 5;

export class PageLink {
  /** The run to which all reports belong. With 0 they are dropped. */
  run = 0;
  /** Called with the exit status when the program ends immediately, without any clean-up of its own. */
  onExit: (status: number) => void = () => {};
  readonly #send: (event: WorkerEvent) => void;

  /**
   * The Python module `browser_page`. It asks for input, reports the state and the trace of the program
   * and differences from CPython (see browser_runtime/facts.py), reads the clock, and ends the program.
   * Programs can import the module as well, and can do no more with it than these functions allow.
   */
  readonly module = Object.freeze({
    ask: () => this.#report({ type: "input", run: this.run }),
    /** Reports that the program's last line has run, but its threads have not ended. */
    wait_for_threads: (threads: number) =>
      this.#report({ type: "waiting", run: this.run, threads: Number(threads) }),
    /** Reports a difference from CPython; see the event `note` of `WorkerEvent`. */
    tell: (fact: string, value: number, detail: string) =>
      this.#report({ type: "note", run: this.run, fact, value, detail }),
    /**
     * Reports that the program has paused, `at` ms after its start. The state is JSON; see
     * page/workbench/paused_state.ts.
     */
    report_paused: (at: number, state: string) =>
      this.#report({ type: "paused", run: this.run, at, state }),
    /** Ends the program. The caller then waits until this worker is terminated. */
    leave: (status: number) => this.run !== 0 && this.onExit(Number(status) | 0),
    clock_step: smallestClockStep,
    /** Returns a time in ms that can be compared between workers, as far as their clocks agree. */
    clock: () => performance.timeOrigin + performance.now(),
    /** Reports a part of the trace of the main process; see the event `trace` of `WorkerEvent`. */
    trace: (begun: number, origin: number, rows: string, steps: Float64Array) =>
      this.trace({ process: MAIN, parent: 0, begun, origin: Number(origin), rows, steps }),
  });

  constructor(send: (event: WorkerEvent) => void) {
    this.#send = send;
  }

  /** Reports trace events of a process of the program. */
  trace(trace: ProcessTrace): void {
    this.#report({ type: "trace", run: this.run, ...trace });
  }

  #report(event: WorkerEvent): void {
    if (this.run !== 0) this.#send(event);
  }
}

/** Measures by how many ms the clock advances at a time. The result is the smallest of several steps. */
function smallestClockStep(): number {
  let smallest = Infinity;
  for (let step = 0; step < MEASURED_STEPS; step++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return smallest;
}
