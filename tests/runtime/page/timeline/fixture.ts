/** Small timelines for the tests of the interactive timeline. */
import {
  layOut,
  listRows,
  type Chart,
  type Listed,
} from "../../../../runtime/timeline/drawing/layout.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import { events } from "../../timeline/model/sample_rows.ts";

/**
 * A thread with tasks, all ended at 100 ms. Each task sleeps for 10 ms after its step, except the
 * last of them, which starts but never runs.
 */
export function makeTimeline(tasks = 3): Timeline {
  const rows: TraceRow[] = [
    ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
    ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
    ["run", 1, 0],
  ];
  for (let number = 1; number <= tasks; number++) {
    const [id, start] = [number + 1, 10 * number];
    rows.push(["lane", id, 1, "task", `Task-${String(number)}`, 1, 1, 5]);
    if (number === tasks) continue;
    rows.push(["step", id, 1, 1, start, start + 5, "sleep", "", 6]);
    rows.push(["step", id, start + 15, -1, start + 15, start + 20, "", "", 7]);
    rows.push(["end", id, start + 20, "done", ""]);
  }
  const timeline = new Timeline();
  timeline.add(1, events(rows));
  timeline.end(100);
  return timeline;
}

export const rowsOf = (timeline: Timeline): readonly Listed[] => listRows(timeline, true).rows;

/** Draws the whole run, or a part of it, 1,000 px wide. */
export function draw(timeline: Timeline, from = 0, to = 100, narrowest = 1): Chart {
  const rows = rowsOf(timeline);
  const rowIndexes = [...rows.keys()];
  const view = { width: 1000, narrowest, budget: 1500, ticks: 5, line: 0 };
  return layOut(timeline, rows, { from, to, rowIndexes, ...view });
}
