/**
 * Puts several runs into one timeline, where each of them starts at 0. The main process of each run has
 * the run's title as its name.
 */
import type { Process } from "../model/lane.ts";
import { Timeline } from "../model/timeline.ts";
import type { ProcessTrace, Trace, TraceEvent } from "../model/trace_events.ts";
import { time } from "../words/words.ts";

/** One of the runs that are compared. */
export interface Run {
  title: string;
  processes: readonly ProcessTrace[];
  /** When the run ended, in ms. */
  end: number;
}

/**
 * Keeps the process ids of the runs apart: this number is added once to the ids of the second run, twice
 * to those of the third, and so on.
 */
const ID_OFFSET = 1_000_000;

/** If the slowest run takes less than this many times as long as the fastest, all count as equal. */
const MIN_FACTOR = 1.1;

/** Returns the index of the run to which the process with this id belongs. */
export const runOf = (process: number): number => Math.floor(process / ID_OFFSET);

/** Returns the title of the run to which a process belongs; empty if its timeline shows only one run. */
export function titleOf({ id, timeline: { processes } }: Process): string {
  const isCompared = [...processes.keys()].some((other) => runOf(other) > 0);
  const main = processes.get(runOf(id) * ID_OFFSET + 1);
  return (isCompared && main?.lanes.get(0)?.name) || "";
}

/** Returns one timeline of all these runs. */
export function compare(runs: readonly Run[]): Timeline {
  const timeline = new Timeline();
  runs.forEach((run, number) => {
    // 0 is not an id: the main process has this number in place of a parent.
    const uniqueId = (process: number): number =>
      process > 0 ? process + number * ID_OFFSET : process;
    for (const { process, parent, events } of run.processes) {
      const titled = process === 1 ? withTitle(run, events) : events;
      timeline.add(uniqueId(process), titled, uniqueId(parent));
    }
  });
  timeline.end(Math.max(0, ...runs.map(({ end }) => end)));
  return timeline;
}

/** Lists the title and the duration of each run: "one after the other 3.01 s, together 1.01 s". */
export function summary(runs: readonly Run[]): string {
  return runs.map(({ title, end }) => `${title} ${time(end)}`).join(", ");
}

/**
 * Returns the headline: which run is the fastest and how many times as long the slowest takes, or that all
 * take about the same time. With fewer than two runs, or if one took no time, the
 * result is empty.
 */
export function verdict(runs: readonly Run[]): string {
  const [quickest, ...others] = runs.toSorted((one, other) => one.end - other.end);
  const slowest = others.at(-1);
  if (!quickest || !slowest || quickest.end <= 0) return "";
  const times = slowest.end / quickest.end;
  if (times < MIN_FACTOR) return `All of them take about ${time(slowest.end)}.`;
  const [one, other] = [quickest, slowest].map(({ title, end }) => `“${title}” takes ${time(end)}`);
  return `${one!}, ${other!}: ${times.toFixed(times < 9.95 ? 1 : 0)} times as long.`;
}

/** Returns a timeline of several recorded runs, and the texts of its figure; see `FigureOptions`. */
export function compareRecorded(runs: readonly (readonly [title: string, trace: Trace])[]): {
  timeline: Timeline;
  what: string;
  about: string;
  says: string;
} {
  const compared = runs.map(([title, { processes, end }]): Run => ({ title, processes, end }));
  const interpreters = new Set(runs.map(([, { interpreter }]) => interpreter));
  const what = `recorded on ${[...interpreters].join(" and ")}`;
  return {
    timeline: compare(compared),
    what,
    about: summary(compared),
    says: verdict(compared),
  };
}

/**
 * Returns the events of a main process with the title of the run as its name. If the events contain no
 * end of the process, the end of the run is added.
 */
function withTitle({ title, end }: Run, events: readonly TraceEvent[]): TraceEvent[] {
  const titled = events.map((event) =>
    event.kind === "lane" && event.lane === 0 ? { ...event, name: title } : event,
  );
  if (titled.some((event) => event.kind === "end" && event.lane === 0)) return titled;
  return [...titled, { kind: "end", lane: 0, at: end, how: "done", text: "" }];
}
