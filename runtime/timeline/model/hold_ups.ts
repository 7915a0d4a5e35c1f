/** Finds where an event loop was held up: in long steps of its tasks, and in other callbacks. */
import type { Lane, Segment } from "./model.ts";
import type { Reason, Row } from "./rows.ts";
import { firstIndex } from "./search.ts";

/** What kept an event loop from all else. */
export interface HoldUp {
  /** The task in whose step it was, or the thread if it was in none. */
  lane: Lane;
  start: number;
  end: number;
  /** What the thread waited for meanwhile; empty if it ran, or was ready to. */
  reason: Reason | "";
  of: string;
  line: number;
  /** For most of the time it was on no processor, although it did not wait, while others ran. */
  starved: boolean;
}

/** What is shorter holds nobody up, in ms. */
const HOLD_UP = 50;

/** A thread that waits for these is at rest. */
export const RESTS: ReadonlySet<Reason> = new Set<Reason>(["idle", "work", "shutdown"]);

type Step = Extract<Row, ["step", ...unknown[]]>;
type Wait = Extract<Row, ["wait", ...unknown[]]>;

interface LongStep {
  lane: Lane;
  step: Step;
}

interface LongWait {
  thread: Lane;
  wait: Wait;
  end: number;
}

/** From the end of one step to the start of the next one of the same thread. */
interface Gap {
  thread: Lane;
  start: number;
  end: number;
}

/** Of one timeline. */
export class HoldUps {
  readonly #steps: LongStep[] = [];
  readonly #waits: LongWait[] = [];
  readonly #gaps: Gap[] = [];
  /** When the last step of a task of this thread ended. */
  readonly #steppedUntil = new Map<Lane, number>();
  /** Where a thread waits just now, unless it is at rest. */
  readonly #open = new Map<Lane, Wait>();
  /** When its last rest began. */
  readonly #rests = new Map<Lane, number>();
  #found: HoldUp[] = [];
  #version = 0;

  addStep(lane: Lane, step: Step): void {
    const [, , , , start, end] = step;
    if (end - start >= HOLD_UP) this.#steps.push({ lane, step });
    const thread = lane.parent;
    if (!thread) return;
    const last = this.#steppedUntil.get(thread) ?? Infinity;
    if (start - last >= HOLD_UP) this.#gaps.push({ thread, start: last, end: start });
    this.#steppedUntil.set(thread, end);
  }

  addWait(thread: Lane, wait: Wait): void {
    if (RESTS.has(wait[3])) this.#rests.set(thread, wait[2]);
    else this.#open.set(thread, wait);
  }

  /** The thread waits no more. */
  goesOn(thread: Lane, at: number): void {
    const wait = this.#open.get(thread);
    this.#open.delete(thread);
    if (wait && at - wait[2] >= HOLD_UP) this.#waits.push({ thread, wait, end: at });
  }

  /**
   * In order of time; found anew for each version of the timeline. Where tasks have been left out,
   * what lies between two steps may have been steps of theirs.
   */
  found(version: number, isOver: boolean, isWhole: boolean): readonly HoldUp[] {
    if (this.#version !== version) {
      this.#version = version;
      this.#found = this.#steps
        .map(({ lane, step }) => inStep(lane, step))
        .concat(this.#outside(isOver).map(inCallback))
        .concat(isWhole ? this.#computing().map(inBusyCallback) : [])
        .sort((one, other) => one.start - other.start);
    }
    return this.#found;
  }

  /**
   * The waits outside the steps of the thread's tasks, while there were any. In a run that goes on the
   * step around a wait is told after it, so only those count after which the thread was at rest.
   */
  #outside(isOver: boolean): LongWait[] {
    const found: LongWait[] = [];
    const steps = Map.groupBy(this.#steps, ({ lane }) => lane.parent);
    for (const [thread, waits] of Map.groupBy(this.#waits, ({ thread }) => thread)) {
      const isAwaited = liveliness(thread);
      // They come one after the other.
      const long = (steps.get(thread) ?? []).map(({ step }) => step).sort((a, b) => a[4] - b[4]);
      const known = isOver ? Infinity : (this.#rests.get(thread) ?? 0);
      for (const one of waits) {
        const [start, end] = [one.wait[2], one.end];
        const step = long[firstIndex(long.length, (at) => long[at]![5] > start)];
        if ((step && step[4] <= start) || end > known) continue;
        if (isAwaited(start, end)) found.push(one);
      }
    }
    return found;
  }

  /** Where the thread went on for long, in lines of the program, between steps of its tasks. */
  #computing(): Gap[] {
    const found = this.#gaps.flatMap(stretches);
    return [...Map.groupBy(found, ({ thread }) => thread)].flatMap(([thread, all]) => {
      const isAwaited = liveliness(thread);
      return all.filter(({ start, end }) => isAwaited(start, end));
    });
  }
}

/** Tells whether one of the thread's tasks was there from one time to another. */
function liveliness(thread: Lane): (start: number, end: number) => boolean {
  const tasks = thread.children.filter(({ kind }) => kind === "task");
  const ends = tasks.map(({ ending }) => ending?.at ?? Infinity).sort((a, b) => a - b);
  return (start, end) => {
    const begun = firstIndex(tasks.length, (at) => tasks[at]!.start > start);
    return begun > firstIndex(ends.length, (at) => ends[at]! >= end);
  };
}

/** The long stretches of a gap in which the thread ran, or was ready to, without a wait. */
function stretches({ thread, start, end }: Gap): Gap[] {
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
    ({ start, end }) => end - start >= HOLD_UP && thread.seenBetween(start, end) > 0,
  );
}

function inBusyCallback({ thread, start, end }: Gap): HoldUp {
  const line = thread.seenBetween(start, end);
  return marked({ lane: thread, start, end, reason: "", of: "", line, starved: false }, "running");
}

function inCallback({ thread, wait, end }: LongWait): HoldUp {
  const [, , start, reason, of, line] = wait;
  return marked({ lane: thread, start, end, reason, of, line, starved: false }, "waiting");
}

/** Marks the segment in the middle of it, if that is in this state. */
function marked(found: HoldUp, state: Segment["state"]): HoldUp {
  const { lane, start, end } = found;
  const segment = lane.segments[lane.indexAt((start + end) / 2)];
  if (segment?.state === state) segment.held = found;
  return found;
}

/** Finds what the thread did in a long step, and where. */
function inStep(lane: Lane, [, , , , start, end, , , after]: Step): HoldUp {
  const thread = lane.parent;
  const found: HoldUp = { lane, start, end, reason: "", of: "", line: 0, starved: false };
  const longest = thread && longestWait(thread, start, end);
  const seen = thread?.seenBetween(start, end) ?? 0;
  // The longest wait is the reason unless the thread was busy for most of the time.
  if (longest && (longest.waited * 2 >= end - start || seen === 0)) {
    found.reason = longest.reason;
    found.of = longest.of;
    found.line = longest.line;
  } else if (thread) {
    // Where no other thread ran it is the machine that is busy, which says nothing of the program.
    const others = (lane.process.lanes.get(0)?.children ?? []).filter((other) => other !== thread);
    const ran = others.reduce((sum, other) => sum + spent(other, start, end, false), 0);
    const half = (end - start) / 2;
    found.starved = spent(thread, start, end, true) <= half && ran >= half;
  }
  found.line ||= seen || after;
  const step = lane.segments[lane.indexAt((start + end) / 2)];
  if (step?.state === "running") {
    step.held = found;
    step.line = found.line;
  }
  return found;
}

/** How long a thread ran between two times, or was on a processor at most. */
function spent(thread: Lane, start: number, end: number, onProcessor: boolean): number {
  const { segments } = thread;
  let sum = 0;
  for (let at = Math.max(0, thread.indexAt(start)); at < segments.length; at++) {
    const { state, start: from, end: to, cpu } = segments[at]!;
    if (from >= end) break;
    if (state !== "running") continue;
    const ran = Math.min(to, end) - Math.max(from, start);
    sum += onProcessor ? Math.min(cpu ?? Infinity, ran) : ran;
  }
  return sum;
}

/** What a thread waited for longest between two times; waits at one line for one thing are one. */
function longestWait(thread: Lane, start: number, end: number) {
  const { segments } = thread;
  const sums = new Map<string, Pick<Segment, "reason" | "of" | "line"> & { waited: number }>();
  let longest: { reason: Reason | ""; of: string; line: number; waited: number } | undefined;
  for (let at = Math.max(0, thread.indexAt(start)); at < segments.length; at++) {
    const { state, reason, of, line, start: from, end: to } = segments[at]!;
    if (from >= end) break;
    if (state !== "waiting" || reason === "idle") continue;
    const key = `${reason} ${String(line)}`;
    const sum = sums.get(key) ?? { reason, of, line, waited: 0 };
    sum.waited += Math.min(to, end) - Math.max(from, start);
    sums.set(key, sum);
    if (!longest || sum.waited > longest.waited) longest = sum;
  }
  return longest;
}
