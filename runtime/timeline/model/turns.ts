/** Who had its turn when: steps of tasks, and what threads ran besides. */
import { REST_REASONS } from "./blocked_spans.ts";
import type { Lane, Segment } from "./lane.ts";
import type { Pieces } from "./pieces.ts";
import { firstIndex } from "./search.ts";

export interface Turn {
  at: number;
  end: number;
  lane: Lane;
  /** The segments that it consists of, by index in the lane, both included. */
  first: number;
  last: number;
  /** As in `Segment`. */
  sequence: number;
  /** It ended because the event loop gave this task its turn. */
  then: Lane | undefined;
}

/** In order of time; a piece for each lane. */
export function* turns(lanes: readonly Lane[]): Pieces<Turn[]> {
  const found: Turn[] = [];
  const steps = new Map<Lane, Turn[]>();
  for (const lane of lanes) {
    if (lane.kind === "thread") {
      const taken: Turn[] = [];
      for (const task of lane.children) {
        const own = stepsOf(task);
        steps.set(task, own);
        // One by one: an engine takes only so many arguments in one call.
        for (const step of own) taken.push(step);
        yield;
      }
      taken.sort((one, other) => one.at - other.at);
      for (const one of turnsOf(lane, taken)) found.push(one);
    } else if (lane.kind === "task") {
      for (const one of steps.get(lane) ?? stepsOf(lane)) found.push(one);
    }
    yield;
  }
  return found.sort((one, other) => one.at - other.at || one.sequence - other.sequence);
}

function turn(lane: Lane, { start, end, sequence }: Segment, index: number): Turn {
  return { at: start, end, lane, first: index, last: index, sequence, then: undefined };
}

function stepsOf(task: Lane): Turn[] {
  return task.segments.flatMap((segment, index) =>
    segment.state === "running" ? [turn(task, segment, index)] : [],
  );
}

/** While a thread runs, its event loop may give turns to tasks: what is left are the thread's own. */
function turnsOf(thread: Lane, taken: readonly Turn[]): Turn[] {
  const isLooping = liveliness(thread.children);
  const hasPrinted = (from: number, to: number): boolean => {
    const { marks } = thread;
    const first = marks[firstIndex(marks.length, (index) => marks[index]!.at >= from)];
    return first !== undefined && first.at <= to;
  };
  /** It waits there in the midst of something, such as a callback. */
  const isHalfWay = (segment: Segment | undefined): boolean =>
    segment?.state === "waiting" && !REST_REASONS.has(segment.reason || "other");
  const found: Turn[] = [];
  let next = 0;
  for (const whole of stretches(thread)) {
    while (next < taken.length && taken[next]!.end < whole.at) next++;
    let [from, sequence] = [whole.at, whole.sequence];
    let at = next;
    for (; at < taken.length && taken[at]!.at <= whole.end; at++) {
      const step = taken[at]!;
      const isRest = isHalfWay(thread.segments[whole.first - 1]);
      const isOutside = at === next && (isRest || !isLooping(from));
      if (step.at > from && (isOutside || hasPrinted(from, step.at))) {
        found.push({ ...whole, at: from, sequence, end: step.at, then: step.lane });
      }
      from = Math.max(from, step.end);
      // What comes after the step is told between it and the next row.
      sequence = step.sequence + 0.5;
    }
    const isUndivided = at === next;
    const isCallback = thread.segments[whole.first]!.line > 0;
    const isHalf = isHalfWay(thread.segments[whole.last + 1]);
    if (
      (isUndivided && (isCallback || !isLooping(from))) ||
      (from < whole.end && (isHalf || hasPrinted(from, whole.end)))
    ) {
      found.push({ ...whole, at: from, sequence });
    }
  }
  return found;
}

/** Whatever a worker of a pool is called to do in one go is one turn. */
function stretches(thread: Lane): Turn[] {
  const found: Turn[] = [];
  thread.segments.forEach((segment, index) => {
    if (segment.state !== "running") return;
    const before = found.at(-1);
    if (before && before.last === index - 1) {
      before.last = index;
      before.end = segment.end;
    } else found.push(turn(thread, segment, index));
  });
  return found;
}

/** Whether there are tasks at a time: then the thread's event loop is at work. */
function liveliness(tasks: readonly Lane[]): (at: number) => boolean {
  const starts = new Float64Array(tasks.map(({ start }) => start)).sort();
  const ends = new Float64Array(tasks.map(({ end }) => end)).sort();
  const count = (times: Float64Array, at: number): number =>
    firstIndex(times.length, (index) => times[index]! > at);
  return (at) => count(starts, at) > count(ends, at);
}
