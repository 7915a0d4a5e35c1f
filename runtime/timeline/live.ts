/** From what a live run tells to rows with times in ms; see `WorkerEvent`. This file imports nothing. */

/** Where the times stand in rows of each type; elsewhere it is the third place. */
const TIMES: Record<string, readonly number[]> = { lane: [5], step: [2, 4, 5], cut: [1] };

/** The clocks of the main process, to which the times of all are related, and of the teller. */
export interface Clocks {
  /** When the main process began, in ms on the clock that all have. */
  start: number;
  /** The same for the process that tells this. */
  begun: number;
  /** What that process's own clock showed then, in ns. */
  origin: number;
}

/** What the text says, with its times in ms since the main process began; nothing of it is checked. */
export function readLive(text: string, { start, begun, origin }: Clocks): unknown {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(rows)) return undefined;
  for (const row of rows as unknown[]) {
    if (!Array.isArray(row)) return undefined;
    for (const index of TIMES[String(row[0])] ?? [2]) {
      // In µs: no clock in a browser tells more.
      row[index] = Math.round((Number(row[index]) - origin) / 1e3) / 1e3 + (begun - start);
    }
  }
  return rows;
}
