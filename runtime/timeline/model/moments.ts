/**
 * The moments of a finished run to which readers can step, and the state of all lanes at each moment. A
 * moment is usually the beginning of a turn, a time in which one lane runs without interruption; see
 * turns.ts.
 */
import type { Lane, Mark, Segment } from "./lane.ts";
import type { Pieces } from "./pieces.ts";
import { firstIndex } from "./search.ts";
import type { CollectionState, Timeline } from "./timeline.ts";
import { turns, type Turn } from "./turns.ts";

/** The state of a lane at a moment. */
export interface LaneStatus {
  lane: Lane;
  segment: Segment;
  /** Index of the segment in its lane. */
  index: number;
  /** For a thread that waits or is ready in the middle of a task's step, as in `time.sleep`: that task. */
  task: Lane | undefined;
}

/** The state of all lanes at a moment, by state. */
export interface Situation {
  running: LaneStatus[];
  /** Ready lanes, in the order in which they became ready. */
  ready: LaneStatus[];
  /** Sleeping lanes, in the order in which they will wake up. */
  timers: LaneStatus[];
  /** All other waiting lanes, grouped by what they wait for and in which line. */
  waiting: LaneStatus[][];
}

/**
 * A time at which a turn begins or a watched collection has changed (see `CollectionState`), or else the
 * end of the run.
 */
export interface Moment {
  at: number;
  turn?: Turn;
  collections?: CollectionState;
}

/** A line that was printed, and by which lane. */
export interface Print {
  mark: Mark;
  lane: Lane;
  /** The index of the moment to which the printed line belongs. */
  moment: number;
}

/** Returns when a sleeping lane wakes up; `Infinity` if it sleeps longer than the recording lasts. */
export function wakeTime({ lane, segment, index }: LaneStatus): number {
  const isLast = index === lane.segments.length - 1;
  return isLast && !lane.ending ? Infinity : segment.end;
}

/** For each lane, the indexes of the moments that are its turns. */
type TurnIndexes = ReadonlyMap<Lane, readonly number[]>;

export class Moments {
  readonly timeline: Timeline;
  /** All changes of watched collections or, if there are none, all turns; then the end of the run. */
  readonly all: readonly Moment[];
  /** Everything that was printed, in order of time. */
  readonly printed: readonly Print[];
  /** The times at which a segment or a moment begins, a line is printed or a lane ends, in order. */
  readonly changes: Float64Array;
  /** The threads and tasks of the program, without those of libraries. */
  readonly lanes: readonly Lane[];
  readonly #turnsOf: TurnIndexes;

  private constructor(
    parts: Pick<Moments, "timeline" | "all" | "changes" | "lanes">,
    turnsOf: TurnIndexes,
  ) {
    this.timeline = parts.timeline;
    this.all = parts.all;
    this.changes = parts.changes;
    this.lanes = parts.lanes;
    this.#turnsOf = turnsOf;
    this.printed = this.timeline.printed
      .map(({ lane, mark }) => ({ lane, mark, moment: this.#momentOf(lane, mark.at) }))
      .sort((one, other) => one.mark.at - other.mark.at);
  }

  /** Computes the moments of a run that is over. */
  static *from(timeline: Timeline): Pieces<Moments> {
    const lanes = timeline.lanes.filter(({ own, kind }) => own && kind !== "process");
    const all = yield* momentsOf(timeline, lanes);
    const turnsOf = yield* turnIndexes(all);
    const changes = yield* changesOf(timeline, lanes, all);
    return new Moments({ timeline, lanes, all, changes }, turnsOf);
  }

  /** The index of the last moment that is not after this time. */
  lastAt(time: number): number {
    return Math.max(0, firstIndex(this.all.length, (index) => this.all[index]!.at > time) - 1);
  }

  /**
   * The index of the moment that shows a segment: the turn to which the segment belongs, or else the first
   * moment during the segment, or else the last one before it.
   */
  indexFor({ lane, index }: { lane: Lane; index: number }): number {
    const { start, end } = lane.segments[index]!;
    const own = (this.#turnsOf.get(lane) ?? []).find((number) => {
      const { first, last } = this.all[number]!.turn!;
      return index >= first && index <= last;
    });
    if (own !== undefined) return own;
    const first = firstIndex(this.all.length, (number) => this.all[number]!.at >= start);
    const found = this.all[first];
    return found && found.at < end ? first : this.lastAt(start);
  }

  /**
   * The state of all lanes at a moment, or at a time after it.
   *
   * @param number - index of the moment.
   * @param time - a time between this moment and the next; without it, the beginning of the moment.
   */
  situationAt(number: number, time?: number): Situation {
    const { at, turn, collections } = this.all[number]!;
    const isOver = time === undefined && !turn && !collections;
    const statuses = this.#statuses(time ?? at, time === undefined ? turn : undefined, isOver);
    const found: Situation = { running: [], ready: [], timers: [], waiting: [] };
    const groups = new Map<string, LaneStatus[]>();
    for (const status of statuses) {
      const { state, reason, target, line } = status.segment;
      if (state !== "waiting") found[state].push(status);
      else if (reason === "sleep") found.timers.push(status);
      else {
        const key = [reason, target, line].join("\n");
        const group = groups.get(key);
        if (group) group.push(status);
        else groups.set(key, [status]);
      }
    }
    // The lane whose turn begins comes first.
    const isOwn = ({ lane }: LaneStatus): number => (lane === turn?.lane ? 1 : 0);
    found.running.sort((one, other) => isOwn(other) - isOwn(one));
    found.ready.sort(
      (a, b) => a.segment.start - b.segment.start || nextSequence(a) - nextSequence(b),
    );
    found.timers.sort((one, other) => {
      const [a, b] = [wakeTime(one), wakeTime(other)];
      return a === b ? nextSequence(one) - nextSequence(other) : a - b;
    });
    found.waiting = [...groups.values()];
    return found;
  }

  /** What had been printed by the end of a moment's turn, or by the given time. */
  printedBy(number: number, time?: number): Print[] {
    if (time !== undefined) return this.printed.filter(({ mark }) => mark.at <= time);
    return this.printed.filter(({ moment }) => moment <= number);
  }

  /** The index of the moment to which something that a lane does at this time belongs. */
  #momentOf(lane: Lane, at: number): number {
    const own = this.#turnsOf.get(lane) ?? [];
    const number = own[firstIndex(own.length, (index) => this.all[own[index]!]!.at > at) - 1];
    if (number !== undefined && at <= this.all[number]!.turn!.end) return number;
    return this.lastAt(at);
  }

  /** Yields the status of each task, and of each thread that does not run a task at this time. */
  *#statuses(at: number, turn: Turn | undefined, isOver: boolean): Generator<LaneStatus> {
    for (const thread of this.lanes) {
      if (thread.kind !== "thread") continue;
      const own = this.#status(thread, at, turn, isOver);
      let isBusy = false;
      for (const task of thread.children) {
        if (!task.own) continue;
        const found = this.#status(task, at, turn, isOver);
        if (!found) continue;
        const runs = found.segment.state === "running";
        isBusy ||= runs;
        // In the middle of a task's step the thread itself may wait, for example in `time.sleep`, or be
        // ready.
        const waits = runs && own && turn?.lane !== task && own.segment.state !== "running";
        yield waits && own.segment.reason !== "idle" ? { ...own, task } : found;
      }
      if (own && !isBusy) yield own;
    }
  }

  /**
   * The status of a lane at a time; undefined if the lane does not exist then. If `turn` begins at this
   * time, segments of other lanes with the same start time count only if they had begun before the turn; see
   * `hasBegun`. `isOver` says whether the time is the end of the run.
   */
  #status(lane: Lane, at: number, turn: Turn | undefined, isOver: boolean): LaneStatus | undefined {
    const { segments } = lane;
    if (lane.start > at) return undefined;
    const status = (index: number): LaneStatus | undefined => {
      const segment = segments[index];
      return segment && { lane, segment, index, task: undefined };
    };
    if (lane === turn?.lane) return status(turn.first);
    let next = firstIndex(segments.length, (index) => segments[index]!.start >= at);
    while (segments[next]?.start === at && (!turn || hasBegun(lane, segments[next]!, turn))) next++;
    const segment = segments[next - 1];
    if (!segment || segment.end > at) return status(next - 1);
    if (next < segments.length) {
      // The segment ends at this time. A lane that was running until then is shown in its next state.
      const isDone = segment.state === "running" && turn && segment.sequence < turn.sequence;
      return status(isDone ? next : next - 1);
    }
    // A lane that had not ended by the end of the run is still ready or waiting then.
    const stays = isOver && segment.state !== "running" && !lane.ending;
    return stays && lane.end >= Math.min(at, this.timeline.known) ? status(next - 1) : undefined;
  }
}

/** Whether a segment with the same start time as a turn had begun before the turn. */
function hasBegun(lane: Lane, { state, sequence, wokenBy }: Segment, turn: Turn): boolean {
  if (sequence < turn.sequence && sequence > 0) return true;
  const isFirst = sequence === 0;
  // A lane that the turn creates or wakes was not ready before the turn.
  const cause = isFirst ? lane.createdBy : (wokenBy ?? -1);
  const isByTurn = lane.process === turn.lane.process && cause === turn.lane.id;
  return state === "ready" && !isByTurn;
}

/** The position, among all events of the run, of the event that ended a segment. */
const nextSequence = ({ lane, index }: LaneStatus): number =>
  lane.segments[index + 1]?.sequence ?? Infinity;

/** Lists all moments; see `Moments.all`. */
function* momentsOf(timeline: Timeline, lanes: readonly Lane[]): Pieces<Moment[]> {
  const { collectionStates: states } = timeline;
  const found: Moment[] =
    states.length > 0
      ? states.map((collections) => ({ at: collections.at, collections }))
      : (yield* turns(lanes)).map((turn) => ({ at: turn.at, turn }));
  const end = Math.min(timeline.cut ?? Infinity, timeline.now);
  found.push({ at: Math.max(end, found.at(-1)?.at ?? 0) });
  yield;
  return found;
}

function* turnIndexes(moments: readonly Moment[]): Pieces<TurnIndexes> {
  const indexes = new Map<Lane, number[]>();
  for (const [number, { turn }] of moments.entries()) {
    if (!turn) continue;
    const own = indexes.get(turn.lane);
    if (own) own.push(number);
    else indexes.set(turn.lane, [number]);
    yield;
  }
  return indexes;
}

/** Lists the times at which something changes; see `Moments.changes`. */
function* changesOf(
  timeline: Timeline,
  lanes: readonly Lane[],
  moments: readonly Moment[],
): Pieces<Float64Array> {
  const times: number[] = [];
  for (const { segments } of lanes) {
    for (const { start } of segments) times.push(start);
    const last = segments.at(-1);
    if (last) times.push(last.end);
    yield;
  }
  for (const { mark } of timeline.printed) times.push(mark.at);
  for (const { at } of moments) times.push(at);
  yield;
  const changes = new Float64Array(times).sort();
  yield;
  return changes;
}
