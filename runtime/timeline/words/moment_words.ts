/** Says in words what the moments of a run show. */
import { collections, holdingStory, valuesAt } from "./holding_words.ts";
import type { Lane, Segment } from "../model/lane.ts";
import { due, type Moments, type Situation, type Standing } from "../model/moments.ts";
import type { Pieces } from "../model/pieces.ts";
import { atLine, firstOf, section, waitName, type Section } from "./sections.ts";
import type { Timeline } from "../model/timeline.ts";
import type { Turn } from "../model/turns.ts";
import { INTERRUPTED, blockedWords, fullName, moment, time, waited, woken } from "./words.ts";

/** What goes on at a moment. */
export interface Story {
  /** Whose turn it is; empty at the end of the run. */
  who: string;
  /** What follows on that. */
  text: string;
  /** The line from which it goes on, or in which it is; 0 if that is unknown. */
  line: number;
}

/** Of each section. */
const ENTRIES = 6;
/** So many lanes are looked at to find out how much room their sections need. */
const SAMPLED = 20_000;

export function story(moments: Moments, number: number): Story {
  const { all, timeline } = moments;
  const { at, turn, holding } = all[number]!;
  if (holding) return { who: fullName(holding.lane), ...holdingStory(moments, number) };
  if (turn) {
    const line = from(turn) || timeline.lineOf(turn.lane.segments[turn.first]!);
    return { who: fullName(turn.lane), text: `${began(turn)} ${went(timeline, turn)}`, line };
  }
  const text =
    timeline.cut === undefined
      ? `The run ended after ${time(at)}.`
      : `The timeline is limited in size: what came after ${time(at)} is not known.`;
  return { who: "", text, line: 0 };
}

/** The lane's wait that came before, if there was one. */
function waitBefore({ lane, first }: Turn): Segment | undefined {
  const before = lane.segments.slice(Math.max(0, first - 2), first);
  return before.findLast(({ state }) => state !== "ready");
}

function isFirst({ lane, first, at }: Turn): boolean {
  const before = lane.segments.slice(0, first + 1).find(({ state }) => state === "running");
  return before?.start === at;
}

/** The line where it goes on, or, at its beginning, of what it is made to run; 0 if unknown. */
const from = (turn: Turn): number =>
  isFirst(turn) ? turn.lane.line : (waitBefore(turn)?.line ?? 0);

function began(turn: Turn): string {
  const { lane, first, at } = turn;
  const line = from(turn);
  if (isFirst(turn)) return ` started${atLine(line)}.`;
  const segment = lane.segments[first]!;
  if (at > segment.start) return " resumed.";
  const by = woken(lane, segment);
  if (by === INTERRUPTED) return " resumed after the interruption.";
  const place = line > 0 ? ` from line ${String(line)}` : "";
  return ` resumed${place}${by === "" ? "" : `, woken by ${by}`}.`;
}

function went(timeline: Timeline, { lane, at, end, first, last, then }: Turn): string {
  const { bySegment } = timeline.blockedSpans;
  const pieces = lane.segments.slice(first, last + 1);
  const job = pieces.find((piece) => piece.job !== "")?.job ?? "";
  const span = pieces.map((piece) => bySegment.get(piece)).find((one) => one !== undefined);
  // Clocks of browsers are coarse.
  const long = end > at ? time(end - at) : "a time too short to measure";
  const did = span ? blockedWords(span) : `${job === "" ? "ran" : `ran ${job}`} for ${long}`;
  return `It ${did}, then ${then ? `it was ${fullName(then)}’s turn` : next(lane, last)}.`;
}

function next(lane: Lane, index: number): string {
  const after = lane.segments[index + 1];
  if (after?.state === "waiting") return waited(after) + atLine(after.line);
  if (after) return lane.kind === "task" ? "was ready again immediately" : INTERRUPTED;
  const how = lane.ending?.how;
  if (how === undefined) return "its thread ended, or the recording did";
  if (how === "done") return "ended";
  if (how !== "failed") return `was ${how}`;
  return `failed${lane.ending!.text === "" ? "" : ` with ${lane.ending!.text}`}`;
}

const nameOf = ({ lane, task }: Standing): string => fullName(task ?? lane);

/** What stands where at a moment, or at a time between it and the next. */
export function sections(moments: Moments, number: number, time?: number): Section[] {
  const names = collections(moments.timeline);
  if (names.length === 0) {
    return situated(moments.at(number, time), time ?? moments.all[number]!.at);
  }
  const values = valuesAt(moments, number);
  return names.map((name) => {
    const none = Object.hasOwn(values, name) ? "Empty." : "Not created yet.";
    const say = (text: string): Section["entries"][number] => ({ name: "", text });
    return { ...first(name, true, values[name] ?? [], none, say), isCode: true };
  });
}

function situated({ running, ready, timers, waiting }: Situation, at: number): Section[] {
  return [
    first("Running", false, running, "Nothing runs.", (one) => ({
      name: nameOf(one),
      text: one.segment.job,
    })),
    first("Ready", true, ready, "Nothing else is ready.", (one) => ({
      name: nameOf(one),
      text: since(one),
    })),
    first("Timers", true, timers, "Nothing sleeps.", (one) => ({
      name: nameOf(one),
      text: until(one, at),
    })),
    first("Waiting", false, waiting, "Nothing else is waiting.", (group) => {
      const { reason, target, line } = group[0]!.segment;
      return { name: waitName(reason, target, line), text: firstOf(group.map(nameOf)) };
    }),
  ];
}

function first<One>(
  name: string,
  isOrdered: boolean,
  all: readonly One[],
  none: string,
  say: (one: One) => { name: string; text: string },
): Section {
  const some = { entries: all, count: all.length, most: ENTRIES };
  return section(name, isOrdered, some, none, say);
}

/** How many lines each section needs at most, in a sample of the moments if there are many. */
export function* most(moments: Moments): Pieces<number[]> {
  const found: number[] = [];
  const count = Math.ceil(SAMPLED / (moments.lanes.length + 1));
  const step = Math.ceil(moments.all.length / count);
  for (let number = 0; number < moments.all.length; number += step) {
    sections(moments, number).forEach(({ count }, index) => {
      found[index] = Math.max(found[index] ?? 1, Math.min(count, ENTRIES + 1));
    });
    yield;
  }
  return found;
}

function since({ lane, segment, index }: Standing): string {
  const by = woken(lane, segment);
  const maker = index === 0 ? lane.process.lanes.get(lane.createdBy) : undefined;
  const why =
    index === 0
      ? maker && `created by ${maker.name}`
      : by === INTERRUPTED
        ? by
        : by && `woken by ${by}`;
  return `since ${moment(segment.start)}${why ? `, ${why}` : ""}`;
}

function until(standing: Standing, at: number): string {
  const { lane, segment } = standing;
  const { line, wokenBy } = segment;
  const end = due(standing);
  const place = line > 0 ? `line ${String(line)}, ` : "";
  if (end === Infinity) return `${place}until after the end of the recording`;
  const waker = wokenBy === undefined || wokenBy < 0 ? undefined : lane.process.lanes.get(wokenBy);
  const early = waker ? `, when ${waker.name} ends it` : "";
  return `${place}${time(Math.max(0, end - at))} more, until ${moment(end)}${early}`;
}
