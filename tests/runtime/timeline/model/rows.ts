/** Rows for tests: programs small enough to know what has to come out, and long ones. */
import type { Row } from "../../../../runtime/timeline/model/rows.ts";

export const THREAD: Row[] = [
  ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
  ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
  ["run", 1, 0],
];

/** A task that sleeps for a second in the middle of a step, another that waits for its turn. */
export const BLOCKED: Row[] = [
  ...THREAD,
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
