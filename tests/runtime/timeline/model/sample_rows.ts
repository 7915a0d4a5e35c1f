/** Small traces for tests, as rows. `TraceRow` in trace_events.ts names the values of each row. */
import {
  decodeEvents,
  type TraceEvent,
  type TraceRow,
} from "../../../../runtime/timeline/model/trace_events.ts";

/** Decodes rows, which must be valid. */
export function events(rows: readonly TraceRow[]): TraceEvent[] {
  const decoded = decodeEvents(rows);
  if (!decoded) throw new Error("invalid rows");
  return decoded;
}

/** A process whose main thread, lane 1, starts at 0 ms. */
export const MAIN_THREAD: TraceRow[] = [
  ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
  ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
  ["run", 1, 0],
];

/**
 * Task-1 (lane 2) and Task-2 (lane 3) sleep for 100 ms, as tasks should. Then Task-1 blocks the event loop
 * for a second with `time.sleep` in line 13, while Task-2 is ready. The last event is at 1108 ms.
 */
export const BLOCKED: TraceRow[] = [
  ...MAIN_THREAD,
  ["lane", 2, 1, "task", "Task-1", 1, 1, 10],
  ["lane", 3, 1, "task", "Task-2", 1.5, 2, 20],
  ["step", 2, 1, 1, 2, 3, "sleep", "", 11],
  ["step", 3, 1.5, 2, 3, 4, "sleep", "", 21],
  ["wait", 1, 4.5, "idle", "", 0],
  ["ready", 1, 104, -1],
  ["run", 1, 104],
  ["output", 2, 104.5, "stdout", "blocking", 12],
  ["wait", 1, 105, "sleep", "", 13],
  ["ready", 1, 1105, -1],
  ["run", 1, 1105],
  ["step", 2, 104, -1, 104.2, 1106, "", "", 14],
  ["end", 2, 1106, "done", ""],
  ["step", 3, 104.1, -1, 1106.1, 1107, "", "", 0],
  ["end", 3, 1107, "failed", "ValueError"],
  ["end", 1, 1108, "done", ""],
];
