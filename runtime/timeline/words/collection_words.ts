/** Describes in words how the collections that a program's header names after `watch` have changed. */
import type { Lane } from "../model/lane.ts";
import type { Moments } from "../model/moments.ts";
import { firstIndex } from "../model/search.ts";
import type { CollectionState, Timeline } from "../model/timeline.ts";
import { time, waitWords } from "./words.ts";

type Values = CollectionState["values"];

/** How many collections are described. More would not fit on a page. */
const MAX_COLLECTIONS = 4;

/** The names of the collections that are described, in the order of their first appearance. */
export function collections({ collectionStates }: Timeline): string[] {
  const names = new Set(collectionStates.flatMap(({ values }) => Object.keys(values)));
  return [...names].slice(0, MAX_COLLECTIONS);
}

/**
 * Returns what the collections hold at the moment with this index. The end of the run has no values of
 * its own, so the result is what the collections held before.
 */
export function valuesAt({ all }: Moments, number: number): Values {
  return (all[number]?.collections ?? all[number - 1]?.collections)?.values ?? {};
}

/** Removes the remaining time from the text of a timer, because the time changes with every moment. */
const withoutTime = (entry: string): string => entry.replace(/^(?:in [\d.]+ s|due): /, "");

const isDue = (entry: string): boolean => entry.startsWith("due: ");

/**
 * Returns the entries of the first list that the second one lacks, without their remaining times. If an
 * entry occurs three times in the first list and once in the second one, it occurs twice in the result.
 */
function difference(one: readonly string[] = [], other: readonly string[] = []): string[] {
  const unmatched = other.map(withoutTime);
  return one.map(withoutTime).filter((entry) => {
    const found = unmatched.indexOf(entry);
    if (found >= 0) unmatched.splice(found, 1);
    return found < 0;
  });
}

/** Says in sentences which entries moved, disappeared, came due or appeared. */
function changes(before: Values, now: Values): string[] {
  const added = new Map<string, string[]>();
  const found: string[] = [];
  for (const [name, entries] of Object.entries(now)) {
    added.set(name, difference(entries, before[name]));
  }
  for (const [name, entries] of Object.entries(before)) {
    for (const entry of difference(entries, now[name])) {
      const to = [...added].find(([, entries]) => entries.includes(entry));
      to?.[1].splice(to[1].indexOf(entry), 1);
      found.push(to ? `${entry} went from ${name} to ${to[0]}.` : `${entry} left ${name}.`);
    }
  }
  for (const [name, entries] of Object.entries(now)) {
    // Entries that are new in this collection are described below, even if they are due.
    const known = (before[name] ?? []).filter((entry) => !isDue(entry)).map(withoutTime);
    for (const entry of entries.filter(isDue).map(withoutTime)) {
      if (known.includes(entry)) found.push(`${entry} is due.`);
    }
  }
  for (const [name, entries] of added) {
    for (const entry of entries) found.push(`${entry} came into ${name}.`);
  }
  return found;
}

/** Returns a sentence about the first wait that a lane began between two times; empty if there is none. */
function waitBetween({ segments }: Lane, at: number, until: number): string {
  const first = firstIndex(segments.length, (index) => segments[index]!.start >= at);
  const wait = segments.slice(first).find(({ state }) => state === "waiting");
  if (!wait || wait.start >= until) return "";
  const place = wait.line > 0 ? ` at line ${String(wait.line)}` : "";
  return `Then it ${waitWords(wait)} for ${time(wait.end - wait.start)}${place}.`;
}

/**
 * Describes a moment at which a collection has changed. The text continues a sentence that begins with
 * the name of the lane. `number`, the index of the moment, must not be that of the last one.
 */
export function describeChange(moments: Moments, number: number): { text: string; line: number } {
  const { at, collections } = moments.all[number]!;
  const { lane, line } = collections!;
  const sentences = [
    ` came to line ${String(line)}.`,
    ...changes(valuesAt(moments, number - 1), valuesAt(moments, number)),
    waitBetween(lane, at, moments.all[number + 1]!.at),
  ];
  return { text: sentences.filter((text) => text !== "").join(" "), line };
}
