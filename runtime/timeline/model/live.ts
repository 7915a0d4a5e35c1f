/** Brings what the tracer sends during a run into the form of a recording's rows. */
import { REASONS, timePositions } from "./trace_events.ts";

/**
 * Numbers per step: lane, ready, woken by, start, end, reason (0 for none, 1 for the first), line. For
 * a task that starts: lane, ready, created by, parent, 0, `BEGUN`, line. As in recorder.py.
 */
const STEP_LENGTH = 7;
/** In place of a reason: the task has ended normally, or it has started. */
const DONE = -1;
const BEGUN = -2;
/** Added to a reason if what the task waits for has a name. */
const NAMED = 100;

/** Relates the clock of the sending process to the time of the trace. */
export interface Clocks {
  /** When the main process started, in ms on the clock that all processes share. */
  start: number;
  /** When the sending process started, in ms on the same clock. */
  begun: number;
  /** What the sending process's own clock showed then, in ns. */
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
  // For each task that starts, its name and its function; for some waits, the name of the target.
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
