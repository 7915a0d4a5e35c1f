/** Says in words what became of the collections that a program watches. */
import type { Lane } from "../model/lane.ts";
import type { Moments } from "../model/moments.ts";
import { firstIndex } from "../model/search.ts";
import type { CollectionState, Timeline } from "../model/timeline.ts";
import { time, waited } from "./words.ts";

/** A page has room for no more, whatever a program tells. */
const COLLECTIONS = 4;

/** The names of the watched collections, as they come up. */
export function collections({ collectionStates: states }: Timeline): string[] {
  return [...new Set(states.flatMap(({ values }) => Object.keys(values)))].slice(0, COLLECTIONS);
}

/** What they hold at a moment; at the end, what they held at last. */
export function valuesAt({ all }: Moments, number: number): CollectionState["values"] {
  return (all[number]?.holding ?? all[number - 1]?.holding)?.values ?? {};
}

/** When an entry of a heap is due goes on changing. */
const withoutTime = (entry: string): string => entry.replace(/^(?:in [\d.]+ s|due): /, "");

const isDue = (entry: string): boolean => entry.startsWith("due: ");

/** What is in one list more often than in the other. */
function more(one: readonly string[] = [], other: readonly string[] = []): string[] {
  const left = other.map(withoutTime);
  return one.map(withoutTime).filter((entry) => {
    const found = left.indexOf(entry);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
}

function changes(before: CollectionState["values"], now: CollectionState["values"]): string[] {
  const came = new Map<string, string[]>();
  const found: string[] = [];
  for (const [name, entries] of Object.entries(now)) came.set(name, more(entries, before[name]));
  for (const [name, entries] of Object.entries(before)) {
    for (const entry of more(entries, now[name])) {
      const to = [...came].find(([, entries]) => entries.includes(entry));
      to?.[1].splice(to[1].indexOf(entry), 1);
      found.push(to ? `${entry} went from ${name} to ${to[0]}.` : `${entry} left ${name}.`);
    }
  }
  for (const [name, entries] of Object.entries(now)) {
    // Whatever has just come is told below.
    const known = (before[name] ?? []).filter((entry) => !isDue(entry)).map(withoutTime);
    for (const entry of entries.filter(isDue).map(withoutTime)) {
      if (known.includes(entry)) found.push(`${entry} is due.`);
    }
  }
  for (const [name, entries] of came) {
    for (const entry of entries) found.push(`${entry} came into ${name}.`);
  }
  return found;
}

/** What a lane waited for between two moments. */
function pause({ segments }: Lane, at: number, until: number): string {
  const first = firstIndex(segments.length, (index) => segments[index]!.start >= at);
  const wait = segments.slice(first).find(({ state }) => state === "waiting");
  if (!wait || wait.start >= until) return "";
  return `Then it ${waited(wait)} for ${time(wait.end - wait.start)}${wait.line > 0 ? ` at line ${String(wait.line)}` : ""}.`;
}

/** What is told of a moment at which a collection has changed. */
export function holdingStory(moments: Moments, number: number): { text: string; line: number } {
  const { at, holding } = moments.all[number]!;
  const { lane, line } = holding!;
  const told = [
    ` came to line ${String(line)}.`,
    ...changes(valuesAt(moments, number - 1), valuesAt(moments, number)),
    pause(lane, at, moments.all[number + 1]!.at),
  ];
  return { text: told.filter((text) => text !== "").join(" "), line };
}
