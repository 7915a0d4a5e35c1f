/** Reads the state of a paused program, which Python sends as JSON, and describes it in words. */
import { atLine, firstOf, section, waitName, type Section } from "../../timeline/words/sections.ts";
import { moment, time } from "../../timeline/words/words.ts";

/**
 * A call that an event loop makes. A thread that is ready is described in the same form, as the start or the
 * resumption of the thread.
 */
export interface Call {
  /**
   * What the call does: it starts a task, resumes a task, ends a task's sleep, lets a timeout expire, or
   * calls another function.
   */
  kind: "start" | "resume" | "wake" | "timeout" | "call";
  /** The name of the task or of the function, or of the thread that is ready. */
  name: string;
  /** The coroutine of a task that starts, or the task for which a function is called; otherwise empty. */
  of: string;
  /** The line to which the call leads; 0 if the line is unknown. */
  line: number;
}

/** The first entries of a list, and how many entries the whole list has. */
interface Sample<Entry> {
  entries: Entry[];
  count: number;
}

interface Wait {
  /** The name of the thread or task that waits. */
  name: string;
  /** Why it waits: one of `REASONS` in timeline/model/trace_events.ts. */
  reason: string;
  /** The name of what the thread or task waits for; empty if that has no name. */
  of: string;
  line: number;
}

/** The line that a thread or a task has reached. */
interface Position {
  name: string;
  line: number;
  ended: boolean;
}

/** Where the main thread is: before the program's first line, inside it, or after its last line. */
type Phase = "before" | "inside" | "after";

export interface PausedState {
  phase: Phase;
  /** The next call, if the program was paused before a callback of an event loop. */
  next: Call | undefined;
  /** The thread that ran last, if `next` is undefined. */
  last: Position | undefined;
  /** Threads, or their tasks, that are in the middle of a step. */
  running: Sample<Position>;
  /** The threads that are ready, and then the calls that event loops will make next. */
  ready: Sample<Call>;
  /** `in` is the time until the timer is due, in ms; it is negative if the timer is overdue. */
  timers: Sample<Call & { in: number }>;
  waiting: Sample<Wait>;
}

/** The most entries that a list on the page shows. */
const MAX_ENTRIES = 8;
const KINDS = ["start", "resume", "wake", "timeout", "call"] as const;

type Fields = Record<string, unknown>;

// The following functions return a valid value in place of an invalid one.
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

function asPosition(value: unknown): Position {
  const { name, line, ended } = asFields(value);
  return { name: asText(name), line: asNumber(line), ended: ended === true };
}

function asSample<Entry>(value: unknown, as: (entry: unknown) => Entry): Sample<Entry> {
  const { entries, count } = asFields(value);
  const all = Array.isArray(entries) ? entries.map(as) : [];
  return { entries: all, count: Math.max(all.length, asNumber(count)) };
}

/**
 * Reads the state of a paused program. A program can send anything in the name of the runtime, so missing
 * and unexpected values are replaced. If the text is not JSON, the result is undefined.
 */
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
    last: last === null || last === undefined ? undefined : asPosition(last),
    running: asSample(running, asPosition),
    ready: asSample(ready, asCall),
    timers: asSample(timers, (one) => ({ ...asCall(one), in: asNumber(asFields(one)["in"]) })),
    waiting: asSample(waiting, (one) => {
      const { name, reason, of, line } = asFields(one);
      return { name: asText(name), reason: asText(reason), of: asText(of), line: asNumber(line) };
    }),
  };
}

/**
 * Says what the program will do next, or which line its last thread has reached.
 *
 * @param now - What the program's clock shows, in ms since the program started.
 * @returns The text, and the line to show; 0 if it is unknown.
 */
export function describeState(
  { phase, next, last, running, ready }: PausedState,
  now: number,
): { text: string; line: number } {
  const when = `At ${moment(now)}`;
  if (next) return { text: `${when}, next: ${describeCall(next)}.`, line: next.line };
  const position = last ?? running.entries[0];
  if (!position && phase === "before") {
    const hint = "Press Step to run to the first stop, or Resume to let it run.";
    return { text: `${when}, the program has not reached its first line yet. ${hint}`, line: 0 };
  }
  if (!position && phase === "after") {
    return { text: `${when}, the program has run its last line and is ending.`, line: 0 };
  }
  const where = position ? ` ${position.name} ${describePosition(position)}.` : "";
  const isAllWaiting = running.count === 0 && ready.count === 0;
  return {
    text: `${when}:${where}${isAllWaiting ? " Everything is waiting." : ""}`,
    line: position?.line ?? 0,
  };
}

const describePosition = ({ line, ended }: Position): string =>
  ended ? "has ended" : `is${atLine(line) || " running"}`;

function describeCall({ kind, name, of, line }: Call): string {
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

/**
 * Lists what is running, what is ready, the timers, and what is waiting, in one section each. If nothing is
 * running, the first of these sections is left out.
 */
export function sections({ running, ready, timers, waiting }: PausedState): Section[] {
  // Threads and tasks that wait for the same thing share an entry.
  const groups = [
    ...Map.groupBy(waiting.entries, ({ reason, of, line }) => waitName(reason, of, line)),
  ].map(([name, waits]) => ({
    name,
    text: firstOf(waits.map((wait) => wait.name)),
  }));
  const hidden = waiting.count - waiting.entries.length;
  return [
    ...(running.count > 0
      ? [
          sectionOf("Running", false, running, "", ({ name, line }) => ({
            name,
            text: atLine(line),
          })),
        ]
      : []),
    sectionOf("Ready queue", true, ready, "Empty.", (call) => ({
      name: "",
      text: describeCall(call),
    })),
    sectionOf("Timers", true, timers, "None.", (timer) => ({
      name: timer.in > 0 ? `in ${time(timer.in)}:` : "due:",
      text: describeCall(timer),
    })),
    sectionOf(
      "Waiting",
      false,
      { entries: groups, count: groups.length + hidden },
      "Nothing else is waiting.",
      (each) => each,
    ),
  ];
}

function sectionOf<Entry>(
  name: string,
  isOrdered: boolean,
  { entries, count }: Sample<Entry>,
  none: string,
  describeEntry: (entry: Entry) => { name: string; text: string },
): Section {
  return section(name, isOrdered, { entries, count, limit: MAX_ENTRIES }, none, describeEntry);
}
