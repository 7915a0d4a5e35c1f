/** Converts what the tracer sends during a run to rows like those of a recording. */
import { REASONS, timePositions } from "./trace_events.ts";

/**
 * How many numbers describe one step of a task. They are: lane, ready, woken by, start, end, reason (0
 * for none, 1 for the first of `REASONS`), line. The creation of a task is described by as many numbers:
 * lane, ready, created by, parent, 0, `BEGUN`, line. The tracer writes these numbers in
 * runtime/python/runnable_tracer/recorder.py, and the constants below have to be the same there.
 */
const STEP_LENGTH = 7;
/** In place of a reason: the task has ended normally with this step. */
const DONE = -1;
/** In place of a reason: the numbers describe the creation of a task. */
const BEGUN = -2;
/** Added to the number of a reason if the thing for which the task waits has a name. */
const NAMED = 100;

/** Relates the clock of the sending process to the time of the trace. */
export interface Clocks {
  /** When the main process started, in ms on the clock that all processes share. */
  start: number;
  /** When the sending process started, in ms on the same clock. */
  begun: number;
  /** What the sending process's own clock showed at `begun`, in ns. */
  origin: number;
}

/**
 * Converts a part of a trace to rows with times in ms since the main process started. Their values are not
 * checked here, because `decodeEvents` checks them. Returns undefined if `text` is not a list of rows.
 *
 * @param text - rows as JSON, with times in ns, and the names that belong to the steps.
 * @param steps - the steps and creations of tasks; see `STEP_LENGTH`.
 */
export function readLive(text: string, steps: Float64Array, clocks: Clocks): unknown {
  const { start, begun, origin } = clocks;
  // Rounded to µs, because no clock in a browser is more precise.
  const inMs = (at: unknown): number =>
    Math.round((Number(at) - origin) / 1e3) / 1e3 + (begun - start);
  let received: unknown;
  try {
    received = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(received)) return undefined;
  const rows: unknown[] = [];
  // In the order of `steps`: the name and the function of each created task, and the names of the things
  // for which tasks wait.
  let names: unknown[] = [];
  for (const row of received as unknown[]) {
    if (!Array.isArray(row)) return undefined;
    if (row[0] === "names") {
      names = row.slice(1);
      continue;
    }
    for (const index of timePositions(String(row[0]))) row[index] = inMs(row[index]);
    rows.push(row);
  }
  let nextName = 0;
  for (let at = 0; at + STEP_LENGTH <= steps.length; at += STEP_LENGTH) {
    const [lane, ready, by, from, to, reason, line] = steps.subarray(at, at + STEP_LENGTH);
    if (reason === BEGUN) {
      // `from` is the parent here.
      const [name, runs] = [names[nextName++], names[nextName++]];
      rows.push(["lane", lane, from, "task", name, inMs(ready), by, line, runs]);
      continue;
    }
    const why = reason! > 0 ? REASONS[(reason! % NAMED) - 1] : "";
    const target = reason! >= NAMED ? names[nextName++] : "";
    rows.push(["step", lane, inMs(ready), by, inMs(from), inMs(to), why, target, line]);
    if (reason === DONE) rows.push(["end", lane, inMs(to), "done", ""]);
  }
  return rows;
}
