/** Converts what the tracer sends during a run to the rows that a recording contains. */
import { REASONS, timePositions } from "./trace_events.ts";

/**
 * How many numbers describe a step, as in recorder.py. They are: lane, ready, woken by, start, end,
 * reason (0 for none, 1 for the first of `REASONS`), line. The creation of a task is described by as
 * many numbers: lane, ready, created by, parent, 0, `BEGUN`, line.
 */
const STEP_LENGTH = 7;
/** These numbers in place of a reason mean that the task has ended normally, or has been created. */
const DONE = -1;
const BEGUN = -2;
/** Is added to the number of a reason if the thing for which the task waits has a name. */
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
 * Returns rows with times in ms since the main process started. Their values are not checked; see
 * `decodeEvents`.
 *
 * @param text - rows as JSON, with times in ns, and the names that belong to the steps.
 * @param steps - the steps of tasks, as numbers.
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
  // The name and the function of each created task, and the names of the things that steps wait for.
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
  let named = 0;
  for (let at = 0; at + STEP_LENGTH <= steps.length; at += STEP_LENGTH) {
    const [lane, ready, by, from, to, reason, line] = steps.subarray(at, at + STEP_LENGTH);
    if (reason === BEGUN) {
      const [name, runs] = [names[named++], names[named++]];
      rows.push(["lane", lane, from, "task", name, inMs(ready), by, line, runs]);
      continue;
    }
    const why = reason! > 0 ? REASONS[(reason! % NAMED) - 1] : "";
    const target = reason! >= NAMED ? names[named++] : "";
    rows.push(["step", lane, inMs(ready), by, inMs(from), inMs(to), why, target, line]);
    if (reason === DONE) rows.push(["end", lane, inMs(to), "done", ""]);
  }
  return rows;
}
