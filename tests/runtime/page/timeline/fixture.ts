/** Small timelines for the tests of the interactive timeline. */
import {
  layOut,
  listRows,
  type Chart,
  type Listed,
} from "../../../../runtime/timeline/drawing/layout.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import { events, MAIN_THREAD } from "../../timeline/model/sample_rows.ts";

/**
 * Returns the timeline of a run of 100 ms, with a thread and its tasks. Task number n runs for 5 ms from
 * n · 10 ms on (line 6), sleeps for 10 ms, and runs for another 5 ms (line 7). The last task is created
 * but never runs.
 */
export function makeTimeline(tasks = 3): Timeline {
  const rows: TraceRow[] = [...MAIN_THREAD];
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

/** Returns all rows of a timeline, including those of threads that libraries have started. */
export const rowsOf = (timeline: Timeline): readonly Listed[] => listRows(timeline, true).rows;

/**
 * Draws the whole run, or the part from `from` to `to` (in ms), 1,000 px wide. Segments that would be
 * narrower than `narrowest` px are merged.
 */
export function draw(timeline: Timeline, from = 0, to = 100, narrowest = 1): Chart {
  const rows = rowsOf(timeline);
  const rowIndexes = [...rows.keys()];
  const view = { width: 1000, narrowest, budget: 1500, ticks: 5, line: 0 };
  return layOut(timeline, rows, { from, to, rowIndexes, ...view });
}
