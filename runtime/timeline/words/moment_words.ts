/** Describes in words what happens at a moment of a run, and the state of each lane at that moment. */
import type { Lane, Segment } from "../model/lane.ts";
import { wakeTime, type LaneStatus, type Moments, type Situation } from "../model/moments.ts";
import type { Pieces } from "../model/pieces.ts";
import type { Timeline } from "../model/timeline.ts";
import type { Turn } from "../model/turns.ts";
import { collections, describeChange, valuesAt } from "./collection_words.ts";
import { atLine, firstOf, section, waitName, type Section } from "./sections.ts";
import {
  INTERRUPTED,
  blockedWords,
  fullName,
  moment,
  time,
  waitWords,
  wakerName,
} from "./words.ts";

/** What happens at a moment. */
export interface MomentDescription {
  /** The name of the lane that runs; empty at the end of the run. */
  who: string;
  /** The rest of the sentence that begins with the name, and further sentences. */
  text: string;
  /**
   * The line to show; 0 if unknown. If a collection has changed, this is the line that the lane has come
   * to. If a turn begins, it is the line where the lane's function is defined, or from the second turn on
   * the line from which the lane resumes. If that line is unknown, it is the line of the turn's first
   * segment; see `Timeline.lineOf`.
   */
  line: number;
}

/** How many entries a section shows at most. */
const MAX_ENTRIES = 6;
/**
 * Limits the work of `maxSectionLines`: the number of moments that it examines, times the number of lanes
 * whose state it looks up at each of them, is about this at most.
 */
const MAX_EXAMINED = 20_000;

/** Describes what happens from the moment with this index to the next one. */
export function describeMoment(moments: Moments, number: number): MomentDescription {
  const { all, timeline } = moments;
  const { at, turn, collections } = all[number]!;
  if (collections) return { who: fullName(collections.lane), ...describeChange(moments, number) };
  if (turn) {
    const line = startLine(turn) || timeline.lineOf(turn.lane.segments[turn.first]!);
    const text = `${beginningOf(turn)} ${courseOf(timeline, turn)}`;
    return { who: fullName(turn.lane), text, line };
  }
  const text =
    timeline.cut === undefined
      ? `The run ended after ${time(at)}.`
      : `The timeline is limited in size: what came after ${time(at)} is not known.`;
  return { who: "", text, line: 0 };
}

/** The last running or waiting segment of the lane before the turn. */
function segmentBefore({ lane, first }: Turn): Segment | undefined {
  const before = lane.segments.slice(Math.max(0, first - 2), first);
  return before.findLast(({ state }) => state !== "ready");
}

function isFirstTurn({ lane, first, at }: Turn): boolean {
  const before = lane.segments.slice(0, first + 1).find(({ state }) => state === "running");
  return before?.start === at;
}

/**
 * The line from which the lane resumes or, in its first turn, the line where its function is defined; 0 if
 * unknown.
 */
const startLine = (turn: Turn): number =>
  isFirstTurn(turn) ? turn.lane.line : (segmentBefore(turn)?.line ?? 0);

/** Says why the lane runs: it started, or it resumed. */
function beginningOf(turn: Turn): string {
  const { lane, first, at } = turn;
  const line = startLine(turn);
  if (isFirstTurn(turn)) return ` started${atLine(line)}.`;
  const segment = lane.segments[first]!;
  // The thread continues after a step of one of its tasks, in the middle of a segment.
  if (at > segment.start) return " resumed.";
  const waker = wakerName(lane, segment);
  if (waker === INTERRUPTED) return " resumed after the interruption.";
  const place = line > 0 ? ` from line ${String(line)}` : "";
  return ` resumed${place}${waker === "" ? "" : `, woken by ${waker}`}.`;
}

/** Says for how long the lane ran in a turn, and what it did then. */
function courseOf(timeline: Timeline, { lane, at, end, first, last, nextTask }: Turn): string {
  const { bySegment } = timeline.blockedSpans;
  const pieces = lane.segments.slice(first, last + 1);
  const job = pieces.find((piece) => piece.job !== "")?.job ?? "";
  const span = pieces.map((piece) => bySegment.get(piece)).find((one) => one !== undefined);
  // The clocks of browsers are so coarse that a short turn may seem to take no time.
  const duration = end > at ? time(end - at) : "a time too short to measure";
  const did = span ? blockedWords(span) : `${job === "" ? "ran" : `ran ${job}`} for ${duration}`;
  const then = nextTask ? `it was ${fullName(nextTask)}’s turn` : afterSegment(lane, last);
  return `It ${did}, then ${then}.`;
}

/** Says what happened to a lane after a running segment: it waited, became ready again or ended. */
function afterSegment(lane: Lane, index: number): string {
  const after = lane.segments[index + 1];
  if (after?.state === "waiting") return waitWords(after) + atLine(after.line);
  if (after) return lane.kind === "task" ? "was ready again immediately" : INTERRUPTED;
  const how = lane.ending?.how;
  if (how === undefined) return "its thread ended, or the recording did";
  if (how === "done") return "ended";
  if (how !== "failed") return `was ${how}`;
  return `failed${lane.ending!.text === "" ? "" : ` with ${lane.ending!.text}`}`;
}

const nameOf = ({ lane, task }: LaneStatus): string => fullName(task ?? lane);

/** Lists the state of all lanes, or of the watched collections, at a moment or at a time after it. */
export function sections(moments: Moments, number: number, time?: number): Section[] {
  const names = collections(moments.timeline);
  if (names.length === 0) {
    return situationSections(moments.situationAt(number, time), time ?? moments.all[number]!.at);
  }
  const values = valuesAt(moments, number);
  return names.map((name) => {
    const none = Object.hasOwn(values, name) ? "Empty." : "Not created yet.";
    const describe = (text: string): Section["entries"][number] => ({ name: "", text });
    return { ...limited(name, true, values[name] ?? [], none, describe), isCode: true };
  });
}

function situationSections({ running, ready, timers, waiting }: Situation, at: number): Section[] {
  return [
    limited("Running", false, running, "Nothing runs.", (one) => ({
      name: nameOf(one),
      text: one.segment.job,
    })),
    limited("Ready", true, ready, "Nothing else is ready.", (one) => ({
      name: nameOf(one),
      text: readySince(one),
    })),
    limited("Timers", true, timers, "Nothing sleeps.", (one) => ({
      name: nameOf(one),
      text: asleepUntil(one, at),
    })),
    limited("Waiting", false, waiting, "Nothing else is waiting.", (group) => {
      const { reason, target, line } = group[0]!.segment;
      return { name: waitName(reason, target, line), text: firstOf(group.map(nameOf)) };
    }),
  ];
}

/** Makes a section of all these entries, of which it shows at most `MAX_ENTRIES`. */
function limited<One>(
  name: string,
  isOrdered: boolean,
  all: readonly One[],
  none: string,
  describe: (one: One) => { name: string; text: string },
): Section {
  const content = { entries: all, count: all.length, limit: MAX_ENTRIES };
  return section(name, isOrdered, content, none, describe);
}

/**
 * Finds the most lines that each section needs at any moment. Of a long run, only some of the moments are
 * examined.
 */
export function* maxSectionLines(moments: Moments): Pieces<number[]> {
  const found: number[] = [];
  const count = Math.ceil(MAX_EXAMINED / (moments.lanes.length + 1));
  const step = Math.ceil(moments.all.length / count);
  for (let number = 0; number < moments.all.length; number += step) {
    sections(moments, number).forEach(({ count }, index) => {
      // If there are more entries, the last line counts the others.
      found[index] = Math.max(found[index] ?? 1, Math.min(count, MAX_ENTRIES + 1));
    });
    yield;
  }
  return found;
}

/** Says since when a lane is ready, and what made it ready. */
function readySince({ lane, segment, index }: LaneStatus): string {
  const waker = wakerName(lane, segment);
  const creator = index === 0 ? lane.process.lanes.get(lane.createdBy) : undefined;
  const why =
    index === 0
      ? creator && `created by ${creator.name}`
      : waker === INTERRUPTED
        ? waker
        : waker && `woken by ${waker}`;
  return `since ${moment(segment.start)}${why ? `, ${why}` : ""}`;
}

/** Says until when a lane sleeps. `at` is the time that is shown. */
function asleepUntil(status: LaneStatus, at: number): string {
  const { lane, segment } = status;
  const { line, wokenBy } = segment;
  const end = wakeTime(status);
  const place = line > 0 ? `line ${String(line)}, ` : "";
  if (end === Infinity) return `${place}until after the end of the recording`;
  const waker = wokenBy === undefined || wokenBy < 0 ? undefined : lane.process.lanes.get(wokenBy);
  const early = waker ? `, when ${waker.name} ends it` : "";
  return `${place}${time(Math.max(0, end - at))} more, until ${moment(end)}${early}`;
}
