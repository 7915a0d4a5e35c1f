/**
 * Makes lists of what runs, is ready or waits, in a paused program or at a moment of a recorded run, and
 * of what watched collections hold.
 */
import { plural } from "./words.ts";

/** A list with a name, which the page shows in a player or a paused panel. */
export interface Section {
  name: string;
  /** Whether the order of the entries has a meaning. */
  isOrdered: boolean;
  /** Whether the entries are values of the program, which are shown like code. */
  isCode: boolean;
  /** The first entries of the list. */
  entries: { name: string; text: string }[];
  /** How many entries the whole list has. */
  count: number;
  /** The text for a section without entries. */
  none: string;
}

/** How many names `firstOf` lists. */
const MAX_NAMES = 4;

export const atLine = (line: number): string => (line > 0 ? ` at line ${String(line)}` : "");

/** What a lane waits for that uses a socket or pipe, and how the other end follows. */
const NETWORK_WAITS: Readonly<Record<string, readonly [what: string, preposition: string]>> = {
  connect: ["connection", "to"],
  accept: ["client", "at"],
  read: ["data", "from"],
  write: ["room to send data", "to"],
};

/** What a lane waits for, as a heading: "queue get (jobs) at line 9", "data from 127.0.0.1:8000". */
export function waitName(reason: string, target: string, line: number): string {
  if (Object.hasOwn(NETWORK_WAITS, reason)) {
    const [what, preposition] = NETWORK_WAITS[reason]!;
    return what + (target === "" ? "" : ` ${preposition} ${target}`) + atLine(line);
  }
  return (reason || "unknown") + (target === "" ? "" : ` (${target})`) + atLine(line);
}

/** Lists the first names, and counts the others: "Task-2, Task-3, Task-4, Task-5 and 3 others". */
export function firstOf(names: readonly string[]): string {
  const left = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(", ") + (left > 0 ? ` and ${plural(left, "other")}` : "");
}

/**
 * Makes a section that shows at most `limit` entries.
 *
 * @param content - the entries. `count` is the length of the whole list, of which `entries` may be a part.
 * @param none - the text for a section without entries.
 * @param describe - turns an entry into a name and a text, either of which may be empty.
 */
export function section<One>(
  name: string,
  isOrdered: boolean,
  content: { entries: readonly One[]; count: number; limit: number },
  none: string,
  describe: (one: One) => { name: string; text: string },
): Section {
  const { entries, count, limit } = content;
  const shown = entries.slice(0, limit).map(describe);
  return { name, isOrdered, isCode: false, entries: shown, count, none };
}
