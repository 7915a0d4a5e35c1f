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
  /** Why the thread waited in that time; empty if it ran, or was ready to run. */
  reason: Reason | "";
  /** Name of what the thread waited for; empty if it has none, or if the thread did not wait. */
  target: string;
  /** The line that blocked the loop; 0 if unknown. */
  line: number;
  /** Whether the thread had no processor for at least half of the time, while other threads ran. */
  isStarved: boolean;
}

export interface BlockedSpans {
  /** All spans, in order of time. */
  readonly all: readonly BlockedSpan[];
  /** The spans by the segments that show them. A span may have no such segment. */
  readonly bySegment: ReadonlyMap<Segment, BlockedSpan>;
}

/** A callback that takes at least this long is reported as blocking the event loop. */
const MIN_BLOCKED_MS = 50;

/** A thread that waits for one of these reasons is said to rest, because it has nothing to do. */
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

/** The time between two consecutive steps of a thread's tasks. */
interface Gap {
  thread: Lane;
  start: number;
  end: number;
}

/**
 * Collects long steps, waits and gaps while a timeline receives events. So the page need not visit all
 * segments again whenever it draws a run that is in progress.
 */
export class BlockedSpanFinder {
  readonly #steps: LongStep[] = [];
  readonly #waits: LongWait[] = [];
  readonly #gaps: Gap[] = [];
  /** For each thread, when the last step of one of its tasks ended. */
  readonly #steppedUntil = new Map<Lane, number>();
  /** For each thread that waits now, its wait, unless the thread rests. */
  readonly #openWaits = new Map<Lane, WaitEvent>();
  /** For each thread, when its last rest began. */
  readonly #lastRests = new Map<Lane, number>();

  /** Notes a step of a task. */
  addStep(lane: Lane, step: StepEvent): void {
    const { start, end } = step;
    if (end - start >= MIN_BLOCKED_MS) this.#steps.push({ lane, step });
    const thread = lane.parent;
    if (!thread) return;
    const last = this.#steppedUntil.get(thread) ?? Infinity;
    if (start - last >= MIN_BLOCKED_MS) this.#gaps.push({ thread, start: last, end: start });
    this.#steppedUntil.set(thread, end);
  }

  /** Notes that a thread waits from now on. */
  addWait(thread: Lane, wait: WaitEvent): void {
    if (REST_REASONS.has(wait.reason)) this.#lastRests.set(thread, wait.at);
    else this.#openWaits.set(thread, wait);
  }

  /** Notes that a thread no longer waits. */
  endWait(thread: Lane, at: number): void {
    const wait = this.#openWaits.get(thread);
    this.#openWaits.delete(thread);
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
    /** Assigns a span to the segment in its middle, if that segment has the expected state. */
    const assign = (span: BlockedSpan, state: Segment["state"]): BlockedSpan => {
      const { lane, start, end } = span;
      const segment = lane.segments[lane.indexAt((start + end) / 2)];
      if (segment?.state === state) bySegment.set(segment, span);
      return span;
    };
    const all = this.#steps.map(({ lane, step }) => assign(spanOfStep(lane, step), "running"));
    for (const wait of this.#waitsOutsideSteps(isOver)) {
      all.push(assign(spanOfWait(wait), "waiting"));
    }
    if (isComplete) {
      for (const gap of this.#busyGaps()) all.push(assign(spanOfGap(gap), "running"));
    }
    return { all: all.sort((one, other) => one.start - other.start), bySegment };
  }

  /**
   * Finds the long waits of threads outside the steps of their tasks, while the threads had tasks. The
   * event of a step arrives after the events of the waits within the step. During a run, a wait
   * therefore counts only if the thread has rested after it, because the event of a step that contains the
   * wait would have arrived by then.
   */
  #waitsOutsideSteps(isOver: boolean): LongWait[] {
    const found: LongWait[] = [];
    const steps = Map.groupBy(this.#steps, ({ lane }) => lane.parent);
    for (const [thread, waits] of Map.groupBy(this.#waits, ({ thread }) => thread)) {
      const hasTask = taskPresence(thread);
      const longSteps = (steps.get(thread) ?? [])
        .map(({ step }) => step)
        .sort((a, b) => a.start - b.start);
      const knownUntil = isOver ? Infinity : (this.#lastRests.get(thread) ?? 0);
      for (const longWait of waits) {
        const [start, end] = [longWait.wait.at, longWait.end];
        // The steps of one thread do not overlap, so their ends have the same order as their starts.
        const next = firstIndex(longSteps.length, (index) => longSteps[index]!.end > start);
        const step = longSteps[next];
        if ((step && step.start <= start) || end > knownUntil) continue;
        if (hasTask(start, end)) found.push(longWait);
      }
    }
    return found;
  }

  /** Finds the long times between steps in which the thread had tasks, but ran other code. */
  #busyGaps(): Gap[] {
    const found = this.#gaps.flatMap(busyParts);
    return [...Map.groupBy(found, ({ thread }) => thread)].flatMap(([thread, all]) => {
      const hasTask = taskPresence(thread);
      return all.filter(({ start, end }) => hasTask(start, end));
    });
  }
}

/** Returns a test for whether the thread had a task that existed from `start` to `end`. */
function taskPresence(thread: Lane): (start: number, end: number) => boolean {
  const tasks = thread.children.filter(({ kind }) => kind === "task");
  /** For each task, when the last of this task and of those that started before it ended. */
  const lastEnds: number[] = [];
  for (const { ending } of tasks) {
    lastEnds.push(Math.max(ending?.at ?? Infinity, lastEnds.at(-1) ?? 0));
  }
  return (start, end) => {
    const begun = firstIndex(tasks.length, (index) => tasks[index]!.start > start);
    return begun > 0 && lastEnds[begun - 1]! >= end;
  };
}

/**
 * Finds the long parts of a gap in which the thread ran, or was ready to run, without waiting. A part
 * counts only if the trace says in which line of the program the thread was in the meantime.
 */
function busyParts({ thread, start, end }: Gap): Gap[] {
  const found: Gap[] = [];
  let open: Gap | undefined;
  const { segments } = thread;
  for (let index = Math.max(0, thread.indexAt(start)); index < segments.length; index++) {
    const { state, start: from, end: to } = segments[index]!;
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

function spanOfGap({ thread, start, end }: Gap): BlockedSpan {
  const line = thread.seenBetween(start, end);
  return { lane: thread, start, end, reason: "", target: "", line, isStarved: false };
}

function spanOfWait({ thread, wait, end }: LongWait): BlockedSpan {
  const { at, reason, target, line } = wait;
  return { lane: thread, start: at, end, reason, target, line, isStarved: false };
}

/** Finds out what the thread of a task did in a long step of the task, and in which line. */
function spanOfStep(lane: Lane, { start, end, line }: StepEvent): BlockedSpan {
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
  // The longest wait is the reason if it took at least half of the time, or if the trace does not say in
  // which line of the program the thread was, so that nothing is known about its other activities.
  if (longest && (longest.waited * 2 >= end - start || seen === 0)) {
    found.reason = longest.reason;
    found.target = longest.target;
    found.line = longest.line;
  } else if (thread) {
    // If no other thread of the process ran, other programs kept the machine busy, which says nothing
    // about this program.
    const others = (lane.process.lanes.get(0)?.children ?? []).filter((other) => other !== thread);
    const ran = others.reduce((sum, other) => sum + runningTime(other, start, end), 0);
    const half = (end - start) / 2;
    found.isStarved = processorTime(thread, start, end) <= half && ran >= half;
  }
  found.line ||= seen || line;
  return found;
}

/** Returns for how long the thread ran between two times, in ms. */
const runningTime = (thread: Lane, start: number, end: number): number =>
  sumOfRunning(thread, start, end, (_, ran) => ran);

/**
 * Returns an upper limit, in ms, of the time that the thread was on a processor between two times. Where
 * the processor time is unknown, all of the running time counts.
 */
const processorTime = (thread: Lane, start: number, end: number): number =>
  sumOfRunning(thread, start, end, ({ cpu }, ran) => Math.min(cpu ?? Infinity, ran));

/**
 * Adds up what `measure` returns for the running segments between two times. `ran` is the length, in ms,
 * of the part of the segment that is between these times.
 */
function sumOfRunning(
  thread: Lane,
  start: number,
  end: number,
  measure: (segment: Segment, ran: number) => number,
): number {
  const { segments } = thread;
  let sum = 0;
  for (let index = Math.max(0, thread.indexAt(start)); index < segments.length; index++) {
    const segment = segments[index]!;
    if (segment.start >= end) break;
    if (segment.state !== "running") continue;
    sum += measure(segment, Math.min(segment.end, end) - Math.max(segment.start, start));
  }
  return sum;
}

type WaitSum = Pick<Segment, "reason" | "target" | "line"> & { waited: number };

/**
 * Finds the longest wait of a thread between two times. Waits for the same reason in the same line are
 * added up, and count as one. Waits of an event loop that has no ready task do not count.
 */
function longestWait(thread: Lane, start: number, end: number): WaitSum | undefined {
  const { segments } = thread;
  const sums = new Map<string, WaitSum>();
  let longest: WaitSum | undefined;
  for (let index = Math.max(0, thread.indexAt(start)); index < segments.length; index++) {
    const { state, reason, target, line, start: from, end: to } = segments[index]!;
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
