/** Where one can step to in a run that is over, and how everything stands there. */
import type { Lane, Mark, Segment } from "./lane.ts";
import type { Pieces } from "./pieces.ts";
import { firstIndex } from "./search.ts";
import type { CollectionState, Timeline } from "./timeline.ts";
import { turns, type Turn } from "./turns.ts";

/** How a lane stands. */
export interface Standing {
  lane: Lane;
  segment: Segment;
  /** Of the segment, in its lane. */
  index: number;
  /** Of a thread: the task in whose step it does so. */
  task: Lane | undefined;
}

export interface Situation {
  running: Standing[];
  /** In the order in which they became ready. */
  ready: Standing[];
  /** What sleeps, in the order in which it is due. */
  timers: Standing[];
  /** Everything else that waits; together what waits for the same thing in the same line. */
  waiting: Standing[][];
}

/**
 * Somebody's turn begins, or what a watched collection holds has changed. Without both the run is over.
 */
export interface Moment {
  at: number;
  turn?: Turn;
  holding?: CollectionState;
}

export interface Print {
  mark: Mark;
  lane: Lane;
  /** The moment to which it belongs. */
  moment: number;
}

/** When a sleep is over, as far as that is known. */
export function due({ lane, segment, index }: Standing): number {
  const isLast = index === lane.segments.length - 1;
  return isLast && !lane.ending ? Infinity : segment.end;
}

/** The moments of each lane, by their place in all. */
type Places = ReadonlyMap<Lane, readonly number[]>;

export class Moments {
  readonly timeline: Timeline;
  /** Where the program watches collections, their changes; else all turns. At last the end. */
  readonly all: readonly Moment[];
  /** In order of time. */
  readonly printed: readonly Print[];
  /** When anything changes, in order. */
  readonly changes: Float64Array;
  /** Those that are the program's. */
  readonly lanes: readonly Lane[];
  readonly #of: Places;

  private constructor(parts: Pick<Moments, "timeline" | "all" | "changes" | "lanes">, of: Places) {
    this.timeline = parts.timeline;
    this.all = parts.all;
    this.changes = parts.changes;
    this.lanes = parts.lanes;
    this.#of = of;
    this.printed = this.timeline.printed
      .map(({ lane, mark }) => ({ lane, mark, moment: this.#momentOf(lane, mark.at) }))
      .sort((one, other) => one.mark.at - other.mark.at);
  }

  static *from(timeline: Timeline): Pieces<Moments> {
    const lanes = timeline.lanes.filter(({ own, kind }) => own && kind !== "process");
    const all = yield* momentsOf(timeline, lanes);
    const of = yield* placesOf(all);
    const changes = yield* changesOf(timeline, lanes, all);
    return new Moments({ timeline, lanes, all, changes }, of);
  }

  /** The last moment that has come at this time. */
  lastAt(time: number): number {
    return Math.max(0, firstIndex(this.all.length, (index) => this.all[index]!.at > time) - 1);
  }

  /** The moment that shows a segment: the turn that it is, or the first one that finds it so. */
  of({ lane, index }: { lane: Lane; index: number }): number {
    const { start, end } = lane.segments[index]!;
    const own = (this.#of.get(lane) ?? []).find((number) => {
      const { first, last } = this.all[number]!.turn!;
      return index >= first && index <= last;
    });
    if (own !== undefined) return own;
    const first = firstIndex(this.all.length, (at) => this.all[at]!.at >= start);
    const found = this.all[first];
    return found && found.at < end ? first : this.lastAt(start);
  }

  /** How everything stands at a moment; with a time, at that time, which is after it. */
  at(number: number, time?: number): Situation {
    const { at, turn, holding } = this.all[number]!;
    const isOver = time === undefined && !turn && !holding;
    const standings = this.#standings(time ?? at, time === undefined ? turn : undefined, isOver);
    const found: Situation = { running: [], ready: [], timers: [], waiting: [] };
    const groups = new Map<string, Standing[]>();
    for (const standing of standings) {
      const { state, reason, target, line } = standing.segment;
      if (state !== "waiting") found[state].push(standing);
      else if (reason === "sleep") found.timers.push(standing);
      else {
        const key = [reason, target, line].join("\n");
        const group = groups.get(key);
        if (group) group.push(standing);
        else groups.set(key, [standing]);
      }
    }
    const isOwn = ({ lane }: Standing): number => (lane === turn?.lane ? 1 : 0);
    found.running.sort((one, other) => isOwn(other) - isOwn(one));
    found.ready.sort(
      (a, b) => a.segment.start - b.segment.start || nextSequence(a) - nextSequence(b),
    );
    found.timers.sort((one, other) => {
      const [a, b] = [due(one), due(other)];
      return a === b ? nextSequence(one) - nextSequence(other) : a - b;
    });
    found.waiting = [...groups.values()];
    return found;
  }

  /** What had been printed by the end of a moment's turn; with a time, by then. */
  printedBy(number: number, time?: number): Print[] {
    if (time !== undefined) return this.printed.filter(({ mark }) => mark.at <= time);
    return this.printed.filter(({ moment }) => moment <= number);
  }

  #momentOf(lane: Lane, at: number): number {
    const own = this.#of.get(lane) ?? [];
    const number = own[firstIndex(own.length, (index) => this.all[own[index]!]!.at > at) - 1];
    if (number !== undefined && at <= this.all[number]!.turn!.end) return number;
    return this.lastAt(at);
  }

  *#standings(at: number, turn: Turn | undefined, isOver: boolean): Generator<Standing> {
    for (const thread of this.lanes) {
      if (thread.kind !== "thread") continue;
      const own = this.#standing(thread, at, turn, isOver);
      let isBusy = false;
      for (const task of thread.children) {
        if (!task.own) continue;
        const found = this.#standing(task, at, turn, isOver);
        if (!found) continue;
        const runs = found.segment.state === "running";
        isBusy ||= runs;
        // In the midst of its step the thread itself may wait.
        const waits = runs && own && turn?.lane !== task && own.segment.state !== "running";
        yield waits && own.segment.reason !== "idle" ? { ...own, task } : found;
      }
      if (own && !isBusy) yield own;
    }
  }

  #standing(lane: Lane, at: number, turn: Turn | undefined, isOver: boolean): Standing | undefined {
    const { segments } = lane;
    if (lane.start > at) return undefined;
    const standing = (index: number): Standing | undefined => {
      const segment = segments[index];
      return segment && { lane, segment, index, task: undefined };
    };
    if (lane === turn?.lane) return standing(turn.first);
    let next = firstIndex(segments.length, (index) => segments[index]!.start >= at);
    while (segments[next]?.start === at && (!turn || hasBegun(lane, segments[next]!, turn))) next++;
    const segment = segments[next - 1];
    if (!segment || segment.end > at) return standing(next - 1);
    if (next < segments.length) {
      const isDone = segment.state === "running" && turn && segment.sequence < turn.sequence;
      return standing(isDone ? next : next - 1);
    }
    const stays = isOver && segment.state !== "running" && !lane.ending;
    return stays && lane.end >= Math.min(at, this.timeline.known) ? standing(next - 1) : undefined;
  }
}

/** At one and the same time: whether this was so before that turn began. */
function hasBegun(lane: Lane, { state, sequence, wokenBy }: Segment, turn: Turn): boolean {
  if (sequence < turn.sequence && sequence > 0) return true;
  const isMade = sequence === 0;
  // Whom the turn makes or wakes is not ready before it.
  const who = isMade ? lane.createdBy : (wokenBy ?? -1);
  const isByTurn = lane.process === turn.lane.process && who === turn.lane.id;
  return state === "ready" && !isByTurn;
}

const nextSequence = ({ lane, index }: Standing): number =>
  lane.segments[index + 1]?.sequence ?? Infinity;

function* momentsOf(timeline: Timeline, lanes: readonly Lane[]): Pieces<Moment[]> {
  const { collectionStates: states } = timeline;
  const found: Moment[] =
    states.length > 0
      ? states.map((holding) => ({ at: holding.at, holding }))
      : (yield* turns(lanes)).map((turn) => ({ at: turn.at, turn }));
  const end = Math.min(timeline.cut ?? Infinity, timeline.now);
  found.push({ at: Math.max(end, found.at(-1)?.at ?? 0) });
  yield;
  return found;
}

function* placesOf(moments: readonly Moment[]): Pieces<Places> {
  const places = new Map<Lane, number[]>();
  for (const [number, { turn }] of moments.entries()) {
    if (!turn) continue;
    const of = places.get(turn.lane);
    if (of) of.push(number);
    else places.set(turn.lane, [number]);
    yield;
  }
  return places;
}

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
