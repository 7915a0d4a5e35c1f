/** Computes the headline of a timeline: one sentence that says what it shows. */
import type { Lane } from "../model/lane.ts";
import type { Timeline } from "../model/timeline.ts";
import type { Reason } from "../model/trace_events.ts";
import { blockingReason, fullName, plural, time } from "./words.ts";

/** Reasons for waits that end without an action of another part of the program. */
const EXTERNAL_REASONS: ReadonlySet<Reason> = new Set<Reason>(["sleep", "I/O", "input"]);

/**
 * Reasons that do not count as waiting in the summary, because the lane has nothing to do, waits for work
 * that another lane does, or only lets others run.
 */
const PASSIVE_REASONS: ReadonlySet<Reason> = new Set<Reason>([
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
  "accept",
  "select",
]);

/** Waits that take less than this share of the run are not mentioned. */
const MIN_WAIT_SHARE = 0.02;
/** Waits that do not overlap are mentioned only if they take at least this share of the run. */
const MIN_SEQUENTIAL_SHARE = 0.5;
/** Times count as overlapping only if the overlap saves at least this share of their sum. */
const MIN_SAVED_SHARE = 0.15;
/** A thread counts as computing if it runs for at least this share of the run. */
const MIN_BUSY_SHARE = 0.1;
/** In runs with more lanes than this, the headline is not computed before the run has ended. */
const MAX_LIVE_LANES = 200;

interface Span {
  start: number;
  end: number;
}

/** The length of a span, in ms. */
const length = ({ start, end }: Span): number => end - start;
const sum = (all: readonly Span[]): number => all.reduce((ms, one) => ms + length(one), 0);

/** Returns how much time is covered by at least one of these spans, in ms. */
function covered(all: readonly Span[]): number {
  let [ms, until] = [0, -Infinity];
  for (const { start, end } of all.toSorted((one, other) => one.start - other.start)) {
    ms += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return ms;
}

/** The headline of a timeline; empty as long as there is nothing to say. */
export function headline(timeline: Timeline): string {
  const { lanes, now, ended } = timeline;
  const own = lanes.filter((lane) => lane.own && lane.kind !== "process");
  if (own.length === 0 || now <= 0 || (own.length > MAX_LIVE_LANES && !ended)) return "";
  return blocking(timeline) || waiting(own, now) || computing(own, now) || summary(own, now);
}

/** Says for how long the event loop was blocked; empty if it was not blocked. */
function blocking({ blockedSpans: { all } }: Timeline): string {
  const [longest] = all.toSorted((one, other) => length(other) - length(one));
  if (!longest) return "";
  const { line } = longest;
  if (all.length === 1) {
    const where = line > 0 ? `Line ${String(line)} of ` : "";
    const who = `${where}${fullName(longest.lane)}`;
    return `${who} blocked the event loop for ${time(length(longest))}: ${blockingReason(longest)}.`;
  }
  const where = line > 0 ? `, longest in line ${String(line)}` : "";
  const times = plural(all.length, "time");
  return `The event loop was blocked ${times}, for ${time(sum(all))} in all${where}.`;
}

/**
 * Says whether the waits of the lanes overlap. The result is empty if there is at most one long wait, or
 * if the waits do not overlap and take less than half of the run.
 */
function waiting(own: readonly Lane[], now: number): string {
  const all = own.flatMap(({ segments }) =>
    segments.filter(
      ({ state, reason, ...span }) =>
        state === "waiting" &&
        reason !== "" &&
        EXTERNAL_REASONS.has(reason) &&
        length(span) >= MIN_WAIT_SHARE * now,
    ),
  );
  const [added, together] = [sum(all), covered(all)];
  if (all.length < 2 || added < MIN_WAIT_SHARE * now) return "";
  const count = plural(all.length, "wait");
  if (together <= (1 - MIN_SAVED_SHARE) * added) {
    return `${count} overlap: ${time(together)} instead of ${time(added)}.`;
  }
  if (together < MIN_SEQUENTIAL_SHARE * now) return "";
  return `${count}, one after another: they add up to ${time(added)}.`;
}

/** Says whether threads compute at the same time; empty if at most one of them computes. */
function computing(own: readonly Lane[], now: number): string {
  const threads = own.filter(({ kind }) => kind === "thread");
  const running = threads.map(({ segments }) =>
    segments.filter(({ state }) => state === "running"),
  );
  const busy = running.filter((segments) => sum(segments) >= MIN_BUSY_SHARE * now);
  if (busy.length < 2) return "";
  const all = busy.flat();
  // Where processor times are known, time in which a thread waits for the GIL or a core does not count.
  const worked = all.reduce((ms, one) => ms + Math.min(one.cpu ?? Infinity, length(one)), 0);
  const took = covered(all);
  const processes = new Set(
    threads.filter((_, at) => busy.includes(running[at]!)).map((one) => one.process),
  );
  const who =
    processes.size === busy.length
      ? plural(busy.length, "process", "processes")
      : plural(busy.length, "thread");
  if (took <= (1 - MIN_SAVED_SHARE) * worked) {
    return `${who} compute at the same time: ${time(took)} for ${time(worked)} of work.`;
  }
  return `${who} compute, but only one at any moment: ${time(took)} for ${time(worked)} of work.`;
}

/** Says what the run spends most of its time on; empty if it neither waits for long nor computes. */
function summary(own: readonly Lane[], now: number): string {
  const sums = new Map<Reason, number>();
  let computed = 0;
  for (const { segments, kind } of own) {
    for (const { state, reason, ...span } of segments) {
      if (state === "running" && kind === "thread") computed += length(span);
      if (state !== "waiting" || reason === "" || PASSIVE_REASONS.has(reason)) continue;
      sums.set(reason, (sums.get(reason) ?? 0) + length(span));
    }
  }
  const [most] = [...sums].sort(([, one], [, other]) => other - one);
  if (most && most[1] >= Math.max(MIN_WAIT_SHARE * now, computed / 2)) {
    return `In a run of ${time(now)}, ${WAITING_WORDS[most[0]] ?? "other waiting"} takes ${time(most[1])} in all.`;
  }
  return computed > 0 ? `Nothing waits for long: the program runs for ${time(computed)}.` : "";
}

const WAITING_WORDS: Partial<Record<Reason, string>> = {
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
  connect: "waiting for connections",
  read: "waiting for data",
  write: "waiting to send data",
  input: "waiting for your input",
};
