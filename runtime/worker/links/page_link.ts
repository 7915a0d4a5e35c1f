/** What Python tells the page besides its output, for one run at a time. */
import { MAIN, type Traced } from "../../protocol/processes.ts";
import type { WorkerEvent } from "../../protocol/page_worker.ts";

/** So many steps of the clock are measured, to find the smallest. */
const STEPS = 5;

export class PageLink {
  /** What is told now belongs to this run; to none when it is 0. */
  run = 0;
  /** Called when the program ends at once, with this exit status: nothing of it is to go on. */
  onLeave: (status: number) => void = () => {};
  readonly #post: (event: WorkerEvent) => void;

  /**
   * The module `browser_page`: to ask for a line of input, to say that the program's code has ended
   * and its threads have not, and what was otherwise than on CPython (see facts.py); to end the
   * program. Programs can import it as well; it lets them do no more than that.
   */
  readonly module = Object.freeze({
    ask: () => this.#tell({ type: "input", run: this.run }),
    wait_for_threads: (threads: number) =>
      this.#tell({ type: "waiting", run: this.run, threads: Number(threads) }),
    tell: (fact: string, value: number, detail: string) =>
      this.#tell({ type: "note", run: this.run, fact, value, detail }),
    /** The program is paused, so many ms after its beginning; JSON, see page/workbench/paused_state.ts. */
    report_paused: (at: number, state: string) =>
      this.#tell({ type: "paused", run: this.run, at, state }),
    /** What called it waits then, for the end of this worker. */
    leave: (status: number) => this.run !== 0 && this.onLeave(Number(status) | 0),
    clock_step: clockStep,
    /** The time in ms; the same in all workers, as far as their clocks are. */
    clock: () => performance.timeOrigin + performance.now(),
    trace: (begun: number, origin: number, rows: string, steps: Float64Array) =>
      this.trace({ process: MAIN, parent: 0, begun, origin: Number(origin), rows, steps }),
  });

  constructor(post: (event: WorkerEvent) => void) {
    this.#post = post;
  }

  /** What one of the program's processes does. */
  trace(traced: Traced): void {
    this.#tell({ type: "trace", run: this.run, ...traced });
  }

  #tell(event: WorkerEvent): void {
    if (this.run !== 0) this.#post(event);
  }
}

/** The step of the clock, in ms: the smallest of a few. */
function clockStep(): number {
  let smallest = Infinity;
  for (let step = 0; step < STEPS; step++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return smallest;
}
