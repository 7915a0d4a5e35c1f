/** Lists of what stands how, as readers see them: of a moment of a run, and of a program that is paused. */
import { plural } from "./words.ts";

export interface Section {
  name: string;
  /** Its order means something. */
  isOrdered: boolean;
  /** Its entries are in the words of the program. */
  isCode: boolean;
  /** Of what there is, the first. */
  entries: { name: string; text: string }[];
  count: number;
  /** What to say if there is nothing. */
  none: string;
}

/** Of those that wait for one thing, so many are named. */
const TOGETHER = 4;

export const atLine = (line: number): string => (line > 0 ? ` at line ${String(line)}` : "");

/** What a lane waits for, as a heading: "queue get (jobs) at line 9". */
export function waitName(reason: string, target: string, line: number): string {
  return (reason || "unknown") + (target === "" ? "" : ` (${target})`) + atLine(line);
}

/** "Task-2, Task-3 and 5 others". */
export function firstOf(names: readonly string[]): string {
  const left = names.length - TOGETHER;
  return names.slice(0, TOGETHER).join(", ") + (left > 0 ? ` and ${plural(left, "other")}` : "");
}

/** With the first `most` of these entries, of which there are `count`. */
export function section<One>(
  name: string,
  isOrdered: boolean,
  { entries, count, most }: { entries: readonly One[]; count: number; most: number },
  none: string,
  say: (one: One) => { name: string; text: string },
): Section {
  const shown = entries.slice(0, most).map(say);
  return { name, isOrdered, isCode: false, entries: shown, count, none };
}
