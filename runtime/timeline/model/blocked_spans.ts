/** Finds the blocked spans of a run: the periods in which one callback blocked an event loop. */
import type { Lane, Segment } from "./lane.ts";
import { firstIndex } from "./search.ts";
import type { Reason, StepEvent, WaitEvent } from "./trace_events.ts";

/** A period in which one callback, such as a step of a task, kept the event loop from running others. */
export interface BlockedSpan {
  /** The task whose step blocked the loop, or the thread if it was a callback outside tasks. */
  lane: Lane;
  start: number;
  end: number;
  /** What the thread waited for in that time; empty if it ran, or was ready to run. */
  reason: Reason | "";
  target: string;
  line: number;
  /** Whether the thread was ready for most of the time but got no processor, while other threads ran. */
  isStarved: boolean;
}

export interface BlockedSpans {
  /** All spans, in order of time. */
  readonly all: readonly BlockedSpan[];
  /** The spans by the segments that show them. A span may have no such segment. */
  readonly bySegment: ReadonlyMap<Segment, BlockedSpan>;
}

/** A callback blocks the event loop if it takes at least this long. */
const MIN_BLOCKED_MS = 50;

/** A thread that waits for one of these reasons has nothing to do: it rests. */
export const REST_REASONS: ReadonlySet<Reason> = new Set<Reason>(["idle", "work", "shutdown"]);

interface LongStep {
  lane: Lane;
  step: StepEvent;
}

interface LongWait {
  thread: Lane;
  wait: WaitEvent;
  end: number;
}

/** The time between the end of one step and the start of the next one of the same thread. */
interface Gap {
  thread: Lane;
  start: number;
  end: number;
}

/**
 * Collects long steps, waits and gaps while a timeline receives events, so that finding the blocked
 * spans does not have to visit all segments again for each frame of a live run.
 */
export class BlockedSpanFinder {
  readonly #steps: LongStep[] = [];
  readonly #waits: LongWait[] = [];
  readonly #gaps: Gap[] = [];
  /** For each thread, when the last step of one of its tasks ended. */
  readonly #steppedUntil = new Map<Lane, number>();
  /** For each thread that waits now, its wait, unless the thread rests. */
  readonly #open = new Map<Lane, WaitEvent>();
  /** For each thread, when its last rest began. */
  readonly #rests = new Map<Lane, number>();

  addStep(lane: Lane, step: StepEvent): void {
    const { start, end } = step;
    if (end - start >= MIN_BLOCKED_MS) this.#steps.push({ lane, step });
    const thread = lane.parent;
    if (!thread) return;
    const last = this.#steppedUntil.get(thread) ?? Infinity;
    if (start - last >= MIN_BLOCKED_MS) this.#gaps.push({ thread, start: last, end: start });
    this.#steppedUntil.set(thread, end);
  }

  addWait(thread: Lane, wait: WaitEvent): void {
    if (REST_REASONS.has(wait.reason)) this.#rests.set(thread, wait.at);
    else this.#open.set(thread, wait);
  }

  /** Notes that a thread no longer waits. */
  endWait(thread: Lane, at: number): void {
    const wait = this.#open.get(thread);
    this.#open.delete(thread);
    if (wait && at - wait.at >= MIN_BLOCKED_MS) this.#waits.push({ thread, wait, end: at });
  }

  /**
   * Finds the blocked spans in what has been collected.
   *
   * @param isOver - whether the run has ended.
   * @param isComplete - whether the trace contains all tasks. If tasks are left out, the time between
   *   two steps may have been spent in their steps, so it is not searched.
   */
  find(isOver: boolean, isComplete: boolean): BlockedSpans {
    const bySegment = new Map<Segment, BlockedSpan>();
    const show = (span: BlockedSpan, state: Segment["state"]): BlockedSpan => {
      const { lane, start, end } = span;
      const segment = lane.segments[lane.indexAt((start + end) / 2)];
      if (segment?.state === state) bySegment.set(segment, span);
      return span;
    };
    const all = this.#steps.map(({ lane, step }) => show(inStep(lane, step), "running"));
    for (const wait of this.#waitsOutsideSteps(isOver)) all.push(show(inWait(wait), "waiting"));
    if (isComplete) {
      for (const gap of this.#busyGaps()) all.push(show(inGap(gap), "running"));
    }
    return { all: all.sort((one, other) => one.start - other.start), bySegment };
  }

  /**
   * Finds waits of a thread outside the steps of its tasks, while it had tasks. During a run, the event
   * of a step arrives after the events of the waits within the step. Therefore a wait counts only if the
   * thread has rested after it.
   */
  #waitsOutsideSteps(isOver: boolean): LongWait[] {
    const found: LongWait[] = [];
    const steps = Map.groupBy(this.#steps, ({ lane }) => lane.parent);
    for (const [thread, waits] of Map.groupBy(this.#waits, ({ thread }) => thread)) {
      const hasTask = taskPresence(thread);
      // The steps of one thread do not overlap.
      const long = (steps.get(thread) ?? [])
        .map(({ step }) => step)
        .sort((a, b) => a.start - b.start);
      const known = isOver ? Infinity : (this.#rests.get(thread) ?? 0);
      for (const one of waits) {
        const [start, end] = [one.wait.at, one.end];
        const step = long[firstIndex(long.length, (at) => long[at]!.end > start)];
        if ((step && step.start <= start) || end > known) continue;
        if (hasTask(start, end)) found.push(one);
      }
    }
    return found;
  }

  /** Times between the steps of a thread's tasks in which the thread ran code of the program. */
  #busyGaps(): Gap[] {
    const found = this.#gaps.flatMap(busyParts);
    return [...Map.groupBy(found, ({ thread }) => thread)].flatMap(([thread, all]) => {
      const hasTask = taskPresence(thread);
      return all.filter(({ start, end }) => hasTask(start, end));
    });
  }
}

/** Returns a test for whether the thread had an unfinished task from one time to another. */
function taskPresence(thread: Lane): (start: number, end: number) => boolean {
  const tasks = thread.children.filter(({ kind }) => kind === "task");
  const ends = tasks.map(({ ending }) => ending?.at ?? Infinity).sort((a, b) => a - b);
  return (start, end) => {
    const begun = firstIndex(tasks.length, (at) => tasks[at]!.start > start);
    return begun > firstIndex(ends.length, (at) => ends[at]! >= end);
  };
}

/** The long parts of a gap in which the thread ran, or was ready to run, without waiting. */
function busyParts({ thread, start, end }: Gap): Gap[] {
  const found: Gap[] = [];
  let open: Gap | undefined;
  const { segments } = thread;
  for (let at = Math.max(0, thread.indexAt(start)); at < segments.length; at++) {
    const { state, start: from, end: to } = segments[at]!;
    if (from >= end) break;
    if (state === "waiting") open = undefined;
    else if (open) open.end = Math.min(to, end);
    else if (state === "running") {
      found.push((open = { thread, start: Math.max(from, start), end: Math.min(to, end) }));
    }
  }
  return found.filter(
    ({ start, end }) => end - start >= MIN_BLOCKED_MS && thread.seenBetween(start, end) > 0,
  );
}

function inGap({ thread, start, end }: Gap): BlockedSpan {
  const line = thread.seenBetween(start, end);
  return { lane: thread, start, end, reason: "", target: "", line, isStarved: false };
}

function inWait({ thread, wait, end }: LongWait): BlockedSpan {
  const { at, reason, target, line } = wait;
  return { lane: thread, start: at, end, reason, target, line, isStarved: false };
}

/** Finds out what the thread did in a long step, and in which line. */
function inStep(lane: Lane, { start, end, line }: StepEvent): BlockedSpan {
  const thread = lane.parent;
  const found: BlockedSpan = {
    lane,
    start,
    end,
    reason: "",
    target: "",
    line: 0,
    isStarved: false,
  };
  const longest = thread && longestWait(thread, start, end);
  const seen = thread?.seenBetween(start, end) ?? 0;
  // The longest wait is the reason unless the thread was busy for most of the time.
  if (longest && (longest.waited * 2 >= end - start || seen === 0)) {
    found.reason = longest.reason;
    found.target = longest.target;
    found.line = longest.line;
  } else if (thread) {
    // If no other thread ran, the machine was busy, which says nothing about the program.
    const others = (lane.process.lanes.get(0)?.children ?? []).filter((other) => other !== thread);
    const ran = others.reduce((sum, other) => sum + runningTime(other, start, end), 0);
    const half = (end - start) / 2;
    found.isStarved = processorTime(thread, start, end) <= half && ran >= half;
  }
  found.line ||= seen || line;
  return found;
}

const runningTime = (thread: Lane, start: number, end: number): number =>
  sumOfRunning(thread, start, end, (_, ran) => ran);

/** Returns an upper bound: where the processor time is unknown, all of the running time counts. */
const processorTime = (thread: Lane, start: number, end: number): number =>
  sumOfRunning(thread, start, end, ({ cpu }, ran) => Math.min(cpu ?? Infinity, ran));

function sumOfRunning(
  thread: Lane,
  start: number,
  end: number,
  measure: (segment: Segment, ran: number) => number,
): number {
  const { segments } = thread;
  let sum = 0;
  for (let at = Math.max(0, thread.indexAt(start)); at < segments.length; at++) {
    const segment = segments[at]!;
    if (segment.start >= end) break;
    if (segment.state !== "running") continue;
    sum += measure(segment, Math.min(segment.end, end) - Math.max(segment.start, start));
  }
  return sum;
}

type WaitSum = Pick<Segment, "reason" | "target" | "line"> & { waited: number };

/** Finds the longest wait between two times. Waits for the same reason in the same line are added up. */
function longestWait(thread: Lane, start: number, end: number): WaitSum | undefined {
  const { segments } = thread;
  const sums = new Map<string, WaitSum>();
  let longest: WaitSum | undefined;
  for (let at = Math.max(0, thread.indexAt(start)); at < segments.length; at++) {
    const { state, reason, target, line, start: from, end: to } = segments[at]!;
    if (from >= end) break;
    if (state !== "waiting" || reason === "idle") continue;
    const key = `${reason} ${String(line)}`;
    const sum = sums.get(key) ?? { reason, target, line, waited: 0 };
    sum.waited += Math.min(to, end) - Math.max(from, start);
    sums.set(key, sum);
    if (!longest || sum.waited > longest.waited) longest = sum;
  }
  return longest;
}
