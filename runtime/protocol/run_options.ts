/**
 * The options of a run. The page sets them, and the host and the worker forward all of them to Python,
 * where `browser_runtime/run_options.py` declares the same options. The worker reads only `paused`.
 *
 * A new option therefore has to be declared here and in `run_options.py`. Apart from that, only the
 * code that sets the option (page/workbench/runner.ts) and the Python code that uses it have to change.
 */
export interface RunOptions {
  /** Report what the program's threads and tasks do, in `trace` events. */
  trace: boolean;
  /**
   * How many times faster than real time the program's clocks go; its waits are shorter by the same
   * factor. 0 is virtual time: computing takes no time, and when every thread is waiting, the clocks
   * jump to the moment at which the earliest of these waits ends.
   */
  clockRate: number;
  /**
   * Pause the program before its first callback of an event loop, or, if it runs no event loop, after
   * the first time slice of its main thread. A worker that cannot suspend a stack ignores this option.
   */
  paused: boolean;
}

const DEFAULTS: RunOptions = { trace: false, clockRate: 1, paused: false };

/** Returns exactly the declared options, with the default of each option that is not given. */
export function completeOptions(given: Partial<RunOptions>): RunOptions {
  const names = Object.keys(DEFAULTS) as (keyof RunOptions)[];
  const entries = names.map((name) => [name, given[name] ?? DEFAULTS[name]]);
  return Object.fromEntries(entries) as unknown as RunOptions;
}
