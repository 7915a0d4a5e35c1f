/** One sentence that says what a timeline shows, for readers who see their first one. */
import type { Lane } from "../model/lane.ts";
import type { Timeline } from "../model/timeline.ts";
import type { Reason } from "../model/trace_events.ts";
import { blockedBy, fullName, plural, time } from "./words.ts";

/** Waits that end by themselves. Other waits end when some other part of the program does something. */
const OUTSIDE: ReadonlySet<Reason> = new Set<Reason>(["sleep", "I/O", "input"]);

/** Waits of a thread that has nothing to do, or of code that waits for its own tasks and threads. */
const AT_REST: ReadonlySet<Reason> = new Set<Reason>([
  "idle",
  "work",
  "shutdown",
  "task",
  "tasks",
  "task group",
  "thread",
  "process",
  "executor",
  "turn",
]);

/** What is shorter than this share of the run is not worth a word. */
const SHARE = 0.02;
/** Overlapping has to save at least so much. */
const SAVED = 0.15;
/** A thread computes when it runs for at least this share of the run. */
const BUSY = 0.1;
/** With more lanes the sentence is found only once, when the run is over. */
const MANY = 200;

interface Stretch {
  start: number;
  end: number;
}

const length = ({ start, end }: Stretch): number => end - start;
const sum = (all: readonly Stretch[]): number => all.reduce((ms, one) => ms + length(one), 0);

/** How long at least one of these lasts. */
function union(all: readonly Stretch[]): number {
  let [ms, until] = [0, -Infinity];
  for (const { start, end } of all.toSorted((one, other) => one.start - other.start)) {
    ms += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return ms;
}

/** The sentence for a timeline; empty as long as there is nothing to say. */
export function headline(timeline: Timeline): string {
  const { lanes, now, ended } = timeline;
  const own = lanes.filter((lane) => lane.own && lane.kind !== "process");
  if (own.length === 0 || now <= 0 || (own.length > MANY && !ended)) return "";
  return blocked(timeline) || waits(own, now) || computing(own, now) || rest(own, now);
}

function blocked({ blockedSpans: { all } }: Timeline): string {
  const [longest] = all.toSorted((one, other) => length(other) - length(one));
  if (!longest) return "";
  const { line } = longest;
  if (all.length === 1) {
    const where = line > 0 ? `Line ${String(line)} of ` : "";
    const who = `${where}${fullName(longest.lane)}`;
    return `${who} blocked the event loop for ${time(length(longest))}: ${blockedBy(longest)}.`;
  }
  const where = line > 0 ? `, longest in line ${String(line)}` : "";
  const times = plural(all.length, "time");
  return `The event loop was blocked ${times}, for ${time(sum(all))} in all${where}.`;
}

function waits(own: readonly Lane[], now: number): string {
  const all = own.flatMap(({ segments }) =>
    segments.filter(
      ({ state, reason, ...stretch }) =>
        state === "waiting" &&
        reason !== "" &&
        OUTSIDE.has(reason) &&
        length(stretch) >= SHARE * now,
    ),
  );
  const [added, together] = [sum(all), union(all)];
  if (all.length < 2 || added < SHARE * now) return "";
  const count = plural(all.length, "wait");
  if (together <= (1 - SAVED) * added) {
    return `${count} overlap: ${time(together)} instead of ${time(added)}.`;
  }
  if (together < 0.5 * now) return "";
  return `${count}, one after another: they add up to ${time(added)}.`;
}

function computing(own: readonly Lane[], now: number): string {
  const threads = own.filter(({ kind }) => kind === "thread");
  const running = threads.map(({ segments }) =>
    segments.filter(({ state }) => state === "running"),
  );
  const busy = running.filter((segments) => sum(segments) >= BUSY * now);
  if (busy.length < 2) return "";
  const all = busy.flat();
  // Where a processor's time is known, a thread that waits for the GIL does not count.
  const worked = all.reduce((ms, one) => ms + Math.min(one.cpu ?? Infinity, length(one)), 0);
  const took = union(all);
  const processes = new Set(
    threads.filter((_, at) => busy.includes(running[at]!)).map((one) => one.process),
  );
  const who =
    processes.size === busy.length
      ? plural(busy.length, "process", "processes")
      : plural(busy.length, "thread");
  if (took <= (1 - SAVED) * worked) {
    return `${who} compute at the same time: ${time(took)} for ${time(worked)} of work.`;
  }
  return `${who} compute, but only one at any moment: ${time(took)} for ${time(worked)} of work.`;
}

/** What most of the run is spent on. */
function rest(own: readonly Lane[], now: number): string {
  const sums = new Map<Reason, number>();
  let computed = 0;
  for (const { segments, kind } of own) {
    for (const { state, reason, ...stretch } of segments) {
      if (state === "running" && kind === "thread") computed += length(stretch);
      if (state !== "waiting" || reason === "" || AT_REST.has(reason)) continue;
      sums.set(reason, (sums.get(reason) ?? 0) + length(stretch));
    }
  }
  const [most] = [...sums].sort(([, one], [, other]) => other - one);
  if (most && most[1] >= Math.max(SHARE * now, computed / 2)) {
    return `Waiting takes ${time(most[1])} of ${time(now)}; most of it is ${WORDS[most[0]] ?? "other waiting"}.`;
  }
  return computed > 0 ? `Nothing waits for long: the program runs for ${time(computed)}.` : "";
}

const WORDS: Partial<Record<Reason, string>> = {
  sleep: "sleeping",
  lock: "waiting for a lock",
  semaphore: "waiting for a semaphore",
  event: "waiting for an event",
  condition: "waiting for a condition",
  barrier: "waiting at a barrier",
  "queue get": "waiting for an item in a queue",
  "queue put": "waiting for space in a queue",
  "queue join": "waiting until a queue is processed",
  future: "waiting for a future",
  "I/O": "waiting for I/O",
  input: "waiting for your input",
};
