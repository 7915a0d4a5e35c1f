/** Describes in words what a timeline shows. */
import type { BlockedSpan, BlockedSpans } from "../model/blocked_spans.ts";
import {
  addTime,
  mainState,
  marksOf,
  type Lane,
  type Mark,
  type Segment,
  type State,
  type StateTimes,
} from "../model/lane.ts";
import { firstIndex } from "../model/search.ts";
import type { Timeline } from "../model/timeline.ts";
import type { Reason } from "../model/trace_events.ts";

/** What a lane did while it waited, without the name of what it waited for. */
const WAIT_WORDS: Record<Reason, string> = {
  sleep: "slept",
  lock: "waited for a lock",
  semaphore: "waited for a semaphore",
  event: "waited for an event",
  condition: "waited for a condition",
  barrier: "waited at a barrier",
  "queue get": "waited for an item in a queue",
  "queue put": "waited for space in a queue",
  "queue join": "waited until a queue was processed",
  thread: "waited for a thread to end",
  process: "waited for a process",
  task: "waited for a task",
  tasks: "waited for several tasks",
  "task group": "waited for the tasks of a group",
  future: "waited for a future",
  executor: "waited for a call in an executor",
  work: "waited for work",
  shutdown: "waited for a pool to end",
  idle: "had no ready task to run",
  turn: "yielded to others",
  "I/O": "waited for I/O",
  connect: "waited for a connection",
  accept: "waited for a client",
  read: "waited for data",
  write: "waited to send data",
  select: "waited for a socket or pipe",
  input: "waited for your input",
  other: "waited",
};

/** The label on the bar of a wait, without the name of what the lane waited for. */
const BAR_LABELS: Record<Reason, string> = {
  sleep: "sleeping",
  lock: "waiting for lock",
  semaphore: "waiting for semaphore",
  event: "waiting for event",
  condition: "waiting for condition",
  barrier: "waiting at barrier",
  "queue get": "waiting for item",
  "queue put": "waiting for space",
  "queue join": "waiting for queue",
  thread: "waiting for thread",
  process: "waiting for process",
  task: "waiting for task",
  tasks: "waiting for tasks",
  "task group": "waiting for its tasks",
  future: "waiting for future",
  executor: "waiting for executor",
  work: "no work",
  shutdown: "waiting for pool",
  idle: "no ready task",
  turn: "yielded",
  "I/O": "waiting for I/O",
  connect: "connecting",
  accept: "waiting for client",
  read: "waiting for data",
  write: "waiting to send",
  select: "waiting for socket",
  input: "waiting for input",
  other: "waiting",
};

/** How the address or path of the other end follows the words for a wait. */
const PREPOSITIONS: Partial<Record<Reason, string>> = {
  connect: " to ",
  accept: " at ",
  read: " from ",
  write: " to ",
};

/** Returns the label on the bar of a wait: "waiting for lock", "waiting for thread worker". */
export const barLabel = (reason: Reason, target: string): string =>
  BAR_LABELS[reason] +
  (target === "" || reason === "task group" ? "" : (PREPOSITIONS[reason] ?? " ") + target);

/** Joins a number and its unit with a no-break space. */
export const measure = (value: number | string, unit: string): string =>
  `${String(value)}\u00a0${unit}`;

/** Formats a duration with three digits, or from a minute on in whole seconds: 12.3 ms, 2 min 5 s. */
export function time(ms: number): string {
  if (ms === 0) return "0";
  // From these limits on, rounding would give 1000 of the smaller unit, or 60.0 s.
  if (ms < 0.9995) return measure(digits(ms * 1000), "µs");
  if (ms < 999.5) return measure(digits(ms), "ms");
  if (ms < 59_950) return measure(digits(ms / 1000), "s");
  const seconds = Math.round(ms / 1000);
  const minutes = measure(Math.floor(seconds / 60), "min");
  return seconds % 60 === 0 ? minutes : `${minutes} ${measure(seconds % 60, "s")}`;
}

/** Formats a point in time, with enough digits to distinguish events: 104.2 ms, 1.10672 s. */
export function moment(ms: number): string {
  const [value, unit] = ms < 1 ? [ms * 1000, "µs"] : ms < 1000 ? [ms, "ms"] : [ms / 1000, "s"];
  return ms === 0 ? "0" : measure(Number(value.toPrecision(6)), unit);
}

/** Rounds a number below 1000 to three digits, of which at most two are decimals. */
function digits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0).replace(/\.0+$/, "");
}

/** Writes a number with its noun: "1 task", "1,200 tasks". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Describes lanes that are folded away: "the event loop's thread and 2 tasks of libraries". */
export function folded(lanes: readonly Lane[]): string {
  const loops = lanes.filter((lane) => lane.own && lane.kind === "thread");
  const others = lanes.filter((lane) => !loops.includes(lane));
  const [kind] = new Set(others.map((lane) => lane.kind));
  const isOneKind = others.every((lane) => lane.kind === kind);
  const parts = [];
  if (loops.length === 1) parts.push("the event loop’s thread");
  else if (loops.length > 1) parts.push(`the threads of ${plural(loops.length, "event loop")}`);
  if (others.length > 0) {
    parts.push(`${plural(others.length, (isOneKind && kind) || "row")} of libraries`);
  }
  return parts.join(" and ");
}

const atLine = (line: number): string => (line > 0 ? `, at line ${String(line)}` : "");
const inBrackets = (name: string): string => (name === "" ? "" : ` (${name})`);

/**
 * Says what a lane did while it waited: "slept", "waited for a lock (orders)", "waited for data from
 * 127.0.0.1:8000".
 */
export function waitWords({ reason, target }: Pick<Segment, "reason" | "target">): string {
  if (reason === "") return `waited${inBrackets(target)}`;
  const preposition = PREPOSITIONS[reason];
  return (
    WAIT_WORDS[reason] +
    (preposition === undefined || target === "" ? inBrackets(target) : preposition + target)
  );
}

/** Says why a thread is ready although nothing woke it: its time slice was over. */
export const INTERRUPTED = "it was interrupted";

/**
 * The name of what woke a lane; empty if that is unknown, or if nothing had to wake it. If the lane is
 * ready because it was interrupted, the result is `INTERRUPTED`.
 */
export function wakerName(lane: Lane, { wokenBy: by, state }: Segment): string {
  if (by === undefined) return "";
  if (by === lane.id) return state === "waiting" ? "" : INTERRUPTED;
  if (by < 0) return "a timer or something outside";
  const waker = lane.process.lanes.get(by);
  return waker ? ownName(waker) : "";
}

/** Matches the names that asyncio gives to tasks if the program does not name them. */
const DEFAULT_NAME = /^Task-\d+$/;

/**
 * Returns the name of a lane with its function: "main (Task-1)", or "slow (fetch)" if the program has
 * named the task. The name that the program chose comes first.
 */
export function ownName({ name, runs }: Pick<Lane, "name" | "runs">): string {
  if (runs === "") return name;
  return DEFAULT_NAME.test(name) ? `${runs} (${name})` : `${name} (${runs})`;
}

/**
 * The name of a lane. If the run has several processes, the name of its process is added, and the main
 * thread of a process has just the name of the process.
 */
export function fullName(lane: Lane): string {
  const { process, id, kind } = lane;
  const main = process.lanes.get(0)?.name ?? "";
  const own = ownName(lane);
  if (process.timeline.processes.size < 2 || id === 0) return own;
  return kind === "thread" && id === 1 ? main : `${own} of ${main}`;
}

/** If a running thread was without a processor for less than this time, that is not mentioned. */
const MIN_OFF_PROCESSOR_MS = 0.5;

/** Describes one segment of a lane in a sentence. */
export function sentence(lane: Lane, segment: Segment, blocked: BlockedSpans["bySegment"]): string {
  const name = fullName(lane);
  const { state, start, end, line, job, cpu } = segment;
  const duration = time(end - start);
  const span = `, from ${moment(start)} to ${moment(end)}`;
  const waker = wakerName(lane, segment);
  const blockedSpan = blocked.get(segment);
  if (blockedSpan) return `${name} ${blockedWords(blockedSpan)}${span}.`;
  if (state === "running") {
    const did = job === "" ? "ran" : `ran ${job}`;
    const share =
      cpu === undefined || end - start - cpu < MIN_OFF_PROCESSOR_MS
        ? ""
        : ` For ${time(cpu)} of this it was on a processor; the rest it waited for the GIL or a core.`;
    return `${name} ${did} for ${duration}${atLine(line)}${span}.${share}`;
  }
  const why =
    waker === "" ? "" : state === "ready" ? `: ${readyWords(waker)}` : `. Woken by ${waker}`;
  if (state === "ready") return `${name} was ready to run for ${duration}${span}${why}.`;
  return `${name} ${waitWords(segment)} for ${duration}${atLine(line)}${span}${why}.`;
}

/** How many marks of a bar are described. The others are counted. */
const MAX_MARKS = 2;

/**
 * If a bar shows more segments, they are only summed up. A task that wakes up has three: ready, running
 * and waiting.
 */
const MAX_SEGMENTS = 3;

/** Consecutive segments of a lane that are drawn as one bar. */
export interface BarSegments {
  lane: Lane;
  /** The process of this thread, if the bar's row shows the marks of that process, too. */
  mergedProcess: Lane | undefined;
  /** Indexes of the segments in the lane, both included. */
  first: number;
  last: number;
  /** The state that the bar shows: the one that takes most of the time, or running in a narrow bar. */
  state: State;
}

/** Describes the segments that a bar shows, and the marks in that time. */
export function barSentence(
  timeline: Timeline,
  { lane, mergedProcess, first, last, state }: BarSegments,
): string {
  const { bySegment } = timeline.blockedSpans;
  const { segments } = lane;
  const { start } = segments[first]!;
  const { end } = segments[last]!;
  const text =
    last - first < MAX_SEGMENTS
      ? segments
          .slice(first, last + 1)
          .map((one) => sentence(lane, one, bySegment))
          .join(" ")
      : `${fullName(lane)}: ${plural(last - first + 1, "state")} from ${moment(start)} to ${moment(end)}, ` +
        `${stateWords(segments.slice(first, last + 1), state)}. Zoom in to tell them apart.`;
  const isLast = last === segments.length - 1;
  const marks = marksOf(lane, mergedProcess);
  // A process begins a little before its thread, and may end after it.
  const from = first === 0 ? 0 : firstIndex(marks.length, (index) => marks[index]!.at >= start);
  const to = isLast ? marks.length : firstIndex(marks.length, (at) => marks[at]!.at >= end);
  const described = marks.slice(from, Math.min(to, from + MAX_MARKS)).map(markSentence);
  const left = to - from - described.length;
  if (left > 0) described.push(`And ${plural(left, "more mark")}.`);
  return [text, ...described].join(" ");
}

/** Says in which state a lane mostly was in these segments, and mentions the state `shown` as well. */
function stateWords(segments: readonly Segment[], shown: State): string {
  const times: StateTimes = {};
  for (const segment of segments) addTime(times, segment);
  const main = mainState(times);
  return `mostly ${main}${main === shown ? "" : `, but also ${shown}`}`;
}

const readyWords = (waker: string): string => (waker === INTERRUPTED ? waker : `woken by ${waker}`);

/** Describes a blocked span: "blocked the event loop for 1.2 s at line 7: time.sleep". */
export function blockedWords({ start, end, reason, target, line, isStarved }: BlockedSpan): string {
  const place = line > 0 ? ` at line ${String(line)}` : "";
  const why = blockingReason({ reason, target, isStarved });
  return `blocked the event loop for ${time(end - start)}${place}: ${why}`;
}

/** What blocked an event loop: "time.sleep", "it computed". */
export function blockingReason({
  reason,
  target,
  isStarved,
}: Pick<BlockedSpan, "reason" | "target" | "isStarved">): string {
  if (reason === "sleep") return "time.sleep";
  if (reason !== "") return `it ${waitWords({ reason, target })}`;
  return isStarved ? "another thread held the GIL, or no core was free" : "it computed";
}

/** Describes a mark in a sentence: "Printed “done” at 104.2 ms, at line 7." */
export function markSentence({ kind, at, text, line }: Mark): string {
  const what =
    kind === "stdout"
      ? `Printed “${text}”`
      : kind === "stderr"
        ? `Wrote “${text}” to stderr`
        : kind === "failed"
          ? `Failed${text === "" ? "" : ` with ${text}`}`
          : kind === "cancelled"
            ? "Was cancelled"
            : "Was killed";
  return `${what} at ${moment(at)}${atLine(line)}.`;
}

/** Counts the lanes that belong to the program: "3 tasks, 2 threads". */
export function census(timeline: Timeline): string {
  const own = timeline.lanes.filter((lane) => lane.own);
  const count = (kind: string): number => own.filter((lane) => lane.kind === kind).length;
  const [processes, threads] = [count("process"), count("thread")];
  const tasks = count("task") + timeline.leftOut;
  const parts = [];
  if (tasks > 0) parts.push(plural(tasks, "task"));
  // If each process has only its main thread, the threads are not worth mentioning beside tasks.
  if (threads > processes || tasks === 0) parts.push(plural(threads, "thread"));
  if (processes > 1) parts.push(plural(processes, "process", "processes"));
  return parts.join(", ");
}
