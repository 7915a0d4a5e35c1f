/**
 * Several runs in one timeline, on one time axis, each from its own beginning. The main process of each
 * is called by the run's title.
 */
import { Timeline } from "./model.ts";
import type { ProcessRows, Row, Trace } from "./rows.ts";
import { time } from "./words.ts";

/** What one run has told, until its end in ms. */
export interface Run {
  title: string;
  processes: readonly ProcessRows[];
  end: number;
}

/** The numbers of a run's processes are moved by this much for each run before it. */
const APART = 1_000_000;

/** Which of the runs a process belongs to, by its number in the comparison. */
export const runOf = (process: number): number => Math.floor(process / APART);

export function compare(runs: readonly Run[]): Timeline {
  const timeline = new Timeline();
  runs.forEach((run, number) => {
    const move = (process: number): number => (process > 0 ? process + number * APART : process);
    for (const { process, parent, rows } of run.processes) {
      const own = process === 1 ? called(run, rows) : rows;
      timeline.add(move(process), own, move(parent));
    }
  });
  timeline.end(Math.max(0, ...runs.map(({ end }) => end)));
  return timeline;
}

export const ofTrace = (title: string, { processes, end }: Trace): Run => ({
  title,
  processes,
  end,
});

/** "one after the other 3.01 s, together 1.01 s". */
export function summary(runs: readonly Run[]): string {
  return runs.map(({ title, end }) => `${title} ${time(end)}`).join(", ");
}

/** The rows of a main process, with the title as its name; it does not outlast its run. */
function called({ title, end }: Run, rows: readonly Row[]): Row[] {
  const named = rows.map((row): Row => {
    if (row[0] !== "lane" || row[1] !== 0) return row;
    const [type, lane, parent, kind, , at, by, line] = row;
    return [type, lane, parent, kind, title, at, by, line];
  });
  const isOver = named.some(([type, lane]) => type === "end" && lane === 0);
  return isOver ? named : [...named, ["end", 0, end, "done", ""]];
}
