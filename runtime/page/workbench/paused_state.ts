/** How a paused program stands, as Python tells it, and in words. */
import { atLine, firstOf, section, waitName, type Section } from "../../timeline/words/sections.ts";
import { moment, time } from "../../timeline/words/words.ts";

/** What an event loop calls: a task that starts or goes on, a timer, or anything else. */
export interface Call {
  kind: "start" | "resume" | "wake" | "timeout" | "call";
  /** Of the task, or of the function. */
  name: string;
  /** What a task that starts runs; the task that a function is called for. */
  of: string;
  /** 0 if it is unknown. */
  line: number;
}

/** The first of them, and how many there are. */
interface Some<One> {
  entries: One[];
  count: number;
}

interface Wait {
  name: string;
  reason: string;
  of: string;
  line: number;
}

interface Place {
  name: string;
  line: number;
  /** It has run to its end. */
  ended: boolean;
}

/** Where the main thread is: before the program's first line, inside it, or after its last line. */
type Phase = "before" | "inside" | "after";

export interface PausedState {
  phase: Phase;
  /** What comes next, if it was paused before a callback. */
  next: Call | undefined;
  /** Else: the thread that ran last, and where it stands. */
  last: Place | undefined;
  /** Threads, or their tasks, that are in the midst of something. */
  running: Some<Place>;
  ready: Some<Call>;
  /** Each `in` so many ms. */
  timers: Some<Call & { in: number }>;
  waiting: Some<Wait>;
}

const ENTRIES = 8;
const KINDS = ["start", "resume", "wake", "timeout", "call"] as const;

type Fields = Record<string, unknown>;

const asFields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const asText = (value: unknown): string => (typeof value === "string" ? value : "");
const asNumber = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : 0;

function asCall(value: unknown): Call {
  const { kind, name, of, line } = asFields(value);
  const known = KINDS.find((each) => each === kind) ?? "call";
  return { kind: known, name: asText(name), of: asText(of), line: asNumber(line) };
}

function asPlace(value: unknown): Place {
  const { name, line, ended } = asFields(value);
  return { name: asText(name), line: asNumber(line), ended: ended === true };
}

function asSome<One>(value: unknown, as: (one: unknown) => One): Some<One> {
  const { entries, count } = asFields(value);
  const all = Array.isArray(entries) ? entries.map(as) : [];
  return { entries: all, count: Math.max(all.length, asNumber(count)) };
}

/** Nothing if it is none: a program may send anything. */
export function asPausedState(text: string): PausedState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { phase, next, last, running, ready, timers, waiting } = asFields(value);
  return {
    phase: phase === "before" || phase === "after" ? phase : "inside",
    next: next === null || next === undefined ? undefined : asCall(next),
    last: last === null || last === undefined ? undefined : asPlace(last),
    running: asSome(running, asPlace),
    ready: asSome(ready, asCall),
    timers: asSome(timers, (one) => ({ ...asCall(one), in: asNumber(asFields(one)["in"]) })),
    waiting: asSome(waiting, (one) => {
      const { name, reason, of, line } = asFields(one);
      return { name: asText(name), reason: asText(reason), of: asText(of), line: asNumber(line) };
    }),
  };
}

/** At a time (ms) of the program: what comes next, or else who is where; and the line, 0 if unknown. */
export function told(
  { phase, next, last, running, ready }: PausedState,
  now: number,
): { text: string; line: number } {
  const when = `At ${moment(now)}`;
  if (next) return { text: `${when}, next: ${say(next)}.`, line: next.line };
  const place = last ?? running.entries[0];
  if (!place && phase === "before") {
    const way = "Press Step to run to the first stop, or Resume to let it run.";
    return { text: `${when}, the program has not reached its first line yet. ${way}`, line: 0 };
  }
  if (!place && phase === "after") {
    return { text: `${when}, the program has run its last line and is ending.`, line: 0 };
  }
  const where = place ? ` ${place.name} ${standing(place)}.` : "";
  const isAll = running.count === 0 && ready.count === 0;
  return {
    text: `${when}:${where}${isAll ? " Everything is waiting." : ""}`,
    line: place?.line ?? 0,
  };
}

const standing = ({ line, ended }: Place): string =>
  ended ? "has ended" : `is${atLine(line) || " running"}`;

function say({ kind, name, of, line }: Call): string {
  switch (kind) {
    case "start":
      return `${name} starts${of === "" ? "" : ` ${of}()`}${atLine(line)}`;
    case "resume":
      return `${name} resumes${atLine(line)}`;
    case "wake":
      return `the timer that ends the sleep of ${name}${atLine(line)}`;
    case "timeout":
      return `the timeout${name === "" ? "" : ` of ${name}`} expires`;
    case "call":
      return `${name}()${of === "" ? "" : ` for ${of}`}${atLine(line)}`;
  }
}

export function sections({ running, ready, timers, waiting }: PausedState): Section[] {
  const shown = [
    ...Map.groupBy(waiting.entries, ({ reason, of, line }) => waitName(reason, of, line)),
  ].map(([name, waits]) => ({
    name,
    text: firstOf(waits.map((wait) => wait.name)),
  }));
  const hidden = waiting.count - waiting.entries.length;
  return [
    ...(running.count > 0
      ? [some("Running", false, running, "", ({ name, line }) => ({ name, text: atLine(line) }))]
      : []),
    some("Ready queue", true, ready, "Empty.", (call) => ({ name: "", text: say(call) })),
    some("Timers", true, timers, "None.", (timer) => ({
      name: timer.in > 0 ? `in ${time(timer.in)}:` : "due:",
      text: say(timer),
    })),
    some(
      "Waiting",
      false,
      { entries: shown, count: shown.length + hidden },
      "Nothing else is waiting.",
      (each) => each,
    ),
  ];
}

function some<One>(
  name: string,
  isOrdered: boolean,
  { entries, count }: Some<One>,
  none: string,
  say: (one: One) => { name: string; text: string },
): Section {
  return section(name, isOrdered, { entries, count, most: ENTRIES }, none, say);
}
