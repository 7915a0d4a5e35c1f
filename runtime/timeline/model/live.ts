/** From what a live run tells to rows with times in ms; see `WorkerEvent`. */
import { REASONS } from "./rows.ts";

/** Where the times stand in rows of each type; elsewhere it is the third place. */
const TIMES: Record<string, readonly number[]> = { lane: [5], step: [2, 4, 5], cut: [1] };

/**
 * Steps are so many numbers each: lane, ready, by, start, end, reason (0: none, 1: the first), line.
 * Of a task that begins: lane, ready, by, parent, 0, `BEGUN`, line.
 */
const STEP = 7;
/** In place of a reason: the task has ended, and is done; it has begun. As in recorder.py. */
const DONE = -1;
const BEGUN = -2;
/** Added to a reason: what is waited for has a name. */
const NAMED = 100;

/** The clocks of the main process, to which the times of all are related, and of the teller. */
export interface Clocks {
  /** When the main process began, in ms on the clock that all have. */
  start: number;
  /** The same for the process that tells this. */
  begun: number;
  /** What that process's own clock showed then, in ns. */
  origin: number;
}

/** What text and steps say, with times in ms since the main process began; nothing of it is checked. */
export function readLive(text: string, steps: Float64Array, clocks: Clocks): unknown {
  const { start, begun, origin } = clocks;
  // In µs: no clock in a browser tells more.
  const inMs = (at: unknown): number =>
    Math.round((Number(at) - origin) / 1e3) / 1e3 + (begun - start);
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(told)) return undefined;
  const rows: unknown[] = [];
  // Of each task that begins its name and its function; of what is waited for its name.
  let names: unknown[] = [];
  for (const row of told as unknown[]) {
    if (!Array.isArray(row)) return undefined;
    if (row[0] === "names") {
      names = row.slice(1);
      continue;
    }
    for (const index of TIMES[String(row[0])] ?? [2]) row[index] = inMs(row[index]);
    rows.push(row);
  }
  let named = 0;
  for (let at = 0; at + STEP <= steps.length; at += STEP) {
    const [lane, ready, by, from, to, reason, line] = steps.subarray(at, at + STEP);
    if (reason === BEGUN) {
      const [name, runs] = [names[named++], names[named++]];
      rows.push(["lane", lane, from, "task", name, inMs(ready), by, line, runs]);
      continue;
    }
    const why = reason! > 0 ? REASONS[(reason! % NAMED) - 1] : "";
    const of = reason! >= NAMED ? names[named++] : "";
    rows.push(["step", lane, inMs(ready), by, inMs(from), inMs(to), why, of, line]);
    if (reason === DONE) rows.push(["end", lane, inMs(to), "done", ""]);
  }
  return rows;
}
