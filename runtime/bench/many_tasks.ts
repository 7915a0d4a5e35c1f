/** Makes a long timeline for tests and benchmarks. */
import type { TraceRow } from "../timeline/model/trace_events.ts";

/**
 * Returns the events of a thread that creates this many tasks one after another. Three times, the
 * thread is then idle for 100 ms, and all tasks run one after another: each sleeps after its first two
 * steps, and ends after the third. Times are in ms.
 */
export function manyTasks(count: number): TraceRow[] {
  const rows: TraceRow[] = [
    ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
    ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
    ["run", 1, 0],
  ];
  let now = 1;
  for (let id = 2; id < count + 2; id++) {
    rows.push(["lane", id, 1, "task", `Task-${String(id - 1)}`, now, 1, 5]);
    now += 0.01;
  }
  for (let round = 0; round < 3; round++) {
    rows.push(["wait", 1, now, "idle", "", 0], ["ready", 1, now + 100, -1], ["run", 1, now + 100]);
    const readySince = now + 100;
    now += 100;
    for (let id = 2; id < count + 2; id++) {
      const reason = round < 2 ? "sleep" : "";
      rows.push(["step", id, readySince, -1, now, now + 0.02, reason, "", 6 + round]);
      now += 0.03;
      if (round === 2) rows.push(["end", id, now, "done", ""]);
    }
  }
  rows.push(["end", 1, now + 1, "done", ""]);
  return rows;
}
