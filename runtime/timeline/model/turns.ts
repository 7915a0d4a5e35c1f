/** Finds the turns of a run: the steps of tasks, and the times in which threads ran anything else. */
import { REST_REASONS } from "./blocked_spans.ts";
import type { Lane, Segment } from "./lane.ts";
import type { Pieces } from "./pieces.ts";
import { firstIndex } from "./search.ts";

/** A time in which a lane ran without interruption: a step of a task, or other work of a thread. */
export interface Turn {
  at: number;
  end: number;
  lane: Lane;
  /** Indexes, in the lane, of the first and the last segment of the turn. */
  first: number;
  last: number;
  /** The position of the turn's beginning among all events of the run; see `Segment.sequence`. */
  sequence: number;
  /** The task that the event loop ran next, if that ended the turn. */
  nextTask: Lane | undefined;
}

/** Finds all turns, in order of time. The work on each lane is one piece. */
export function* turns(lanes: readonly Lane[]): Pieces<Turn[]> {
  const found: Turn[] = [];
  const steps = new Map<Lane, Turn[]>();
  for (const lane of lanes) {
    if (lane.kind === "thread") {
      const ofTasks: Turn[] = [];
      for (const task of lane.children) {
        const own = stepsOf(task);
        steps.set(task, own);
        // Not `push(...own)`, because engines limit the number of arguments.
        for (const step of own) ofTasks.push(step);
        yield;
      }
      ofTasks.sort((one, other) => one.at - other.at);
      for (const one of turnsOfThread(lane, ofTasks)) found.push(one);
    } else if (lane.kind === "task") {
      for (const one of steps.get(lane) ?? stepsOf(lane)) found.push(one);
    }
    yield;
  }
  return found.sort((one, other) => one.at - other.at || one.sequence - other.sequence);
}

function turnOf(lane: Lane, { start, end, sequence }: Segment, index: number): Turn {
  return { at: start, end, lane, first: index, last: index, sequence, nextTask: undefined };
}

function stepsOf(task: Lane): Turn[] {
  return task.segments.flatMap((segment, index) =>
    segment.state === "running" ? [turnOf(task, segment, index)] : [],
  );
}

/**
 * Finds the turns of a thread itself. While a thread runs, its event loop may run steps of tasks, which
 * are turns of the tasks. The time before, between or after these steps is a turn of the thread if the
 * thread did something that is worth showing: if it printed, ran a callback or ran outside its event loop.
 *
 * `steps` are the turns of the thread's tasks, in order of time.
 */
function turnsOfThread(thread: Lane, steps: readonly Turn[]): Turn[] {
  const hasTasks = taskPresence(thread.children);
  const hasPrinted = (from: number, to: number): boolean => {
    const { marks } = thread;
    const first = marks[firstIndex(marks.length, (index) => marks[index]!.at >= from)];
    return first !== undefined && first.at <= to;
  };
  /** Whether this segment is a wait in the middle of the thread's work, for example in a callback. */
  const isInterruptedBy = (segment: Segment | undefined): boolean =>
    segment?.state === "waiting" && !REST_REASONS.has(segment.reason || "other");
  const found: Turn[] = [];
  let next = 0;
  for (const whole of runningTimesOf(thread)) {
    while (next < steps.length && steps[next]!.end < whole.at) next++;
    // The thread's own turn, if it has one before the next step, begins here.
    let [from, sequence] = [whole.at, whole.sequence];
    let index = next;
    for (; index < steps.length && steps[index]!.at <= whole.end; index++) {
      const step = steps[index]!;
      const continuesWork = isInterruptedBy(thread.segments[whole.first - 1]);
      const isOutsideLoop = index === next && (continuesWork || !hasTasks(from));
      if (step.at > from && (isOutsideLoop || hasPrinted(from, step.at))) {
        found.push({ ...whole, at: from, sequence, end: step.at, nextTask: step.lane });
      }
      from = Math.max(from, step.end);
      // The rest of the thread's run comes after the step and before the next event.
      sequence = step.sequence + 0.5;
    }
    const isWithoutSteps = index === next;
    const isCallback = thread.segments[whole.first]!.line > 0;
    const isUnfinished = isInterruptedBy(thread.segments[whole.last + 1]);
    if (
      (isWithoutSteps && (isCallback || !hasTasks(from))) ||
      (from < whole.end && (isUnfinished || hasPrinted(from, whole.end)))
    ) {
      found.push({ ...whole, at: from, sequence });
    }
  }
  return found;
}

/**
 * Finds the times in which a thread ran, as turns. Calls that a thread of a pool executes one after
 * another, without a pause, are part of one turn.
 */
function runningTimesOf(thread: Lane): Turn[] {
  const found: Turn[] = [];
  thread.segments.forEach((segment, index) => {
    if (segment.state !== "running") return;
    const before = found.at(-1);
    if (before && before.last === index - 1) {
      before.last = index;
      before.end = segment.end;
    } else found.push(turnOf(thread, segment, index));
  });
  return found;
}

/** Returns a test for whether there are tasks at a time, so that the thread's event loop runs. */
function taskPresence(tasks: readonly Lane[]): (at: number) => boolean {
  const starts = new Float64Array(tasks.map(({ start }) => start)).sort();
  const ends = new Float64Array(tasks.map(({ end }) => end)).sort();
  const count = (times: Float64Array, at: number): number =>
    firstIndex(times.length, (index) => times[index]! > at);
  return (at) => count(starts, at) > count(ends, at);
}
