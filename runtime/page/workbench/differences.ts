/**
 * Explains how a run in the browser differed from a run on CPython. The runtime reports facts about
 * what happened to the program (see runtime/python/browser_runtime/facts.py). Here, each fact is explained
 * in one line, and readers see the first few lines. The page loads this module when a run has reported a fact.
 */
import { describeCall, describeModule } from "./missing.ts";

/** The content of an event `note`. */
export interface Fact {
  /** What happened: a key of `TEXTS`, or `serves`; see `describeServer`. */
  fact: string;
  /** A number that gives details, for example how many threads alternated or in which line it happened. */
  value: number;
  /** Words that give details, for example the name of a missing module; see `describeModule`. */
  detail: string;
}

/** How many lines are shown. Readers would skip a longer list. */
const MAX_LINES = 3;

/** One to three addresses of servers, separated by spaces: "127.0.0.1:8000 /home/reader/server.sock". */
const ADDRESSES = /^[\w.:[\]/@~+-]{1,120}(?: [\w.:[\]/@~+-]{1,120}){0,2}$/;

/**
 * Says that a program does nothing but wait for clients, and how it gets some; undefined if none of the
 * facts says so, or if a client has connected since then. The server may be a child process for whose end
 * the main process waits.
 */
export function describeServer(facts: readonly Fact[]): string | undefined {
  const find = (name: string): Fact | undefined => {
    const last = facts.findLast(({ fact }) => fact === name);
    return last && last.value > 0 ? last : undefined;
  };
  const last = find("serves") ?? (find("joins-child") && find("child-serves"));
  if (!last) return undefined;
  // Programs can forge facts.
  const where = ADDRESSES.test(last.detail) ? ` at ${last.detail.replaceAll(" ", " and ")}` : "";
  return (
    `This program waits for a client${where}. Only the program itself can connect to it, because ` +
    "each run has a network of its own: let it start a thread or task that connects, before the line " +
    "that waits."
  );
}

/** The explanation of each fact; undefined if the details of the fact are not valid. */
const TEXTS: Record<string, (fact: Fact) => string | undefined> = {
  "took-turns": ({ value }) =>
    `${count(value)} threads alternated on one core, as they do under the GIL; ` +
    "CPython's free-threaded build would use several cores.",
  "clock-step": ({ value }) =>
    `This browser's clock advances in steps of ${milliseconds(value)} ms; anything shorter seems to take no time.`,
  "looked-at-clock": () =>
    "This program waits by checking the clock again and again. In virtual time that would never end, so each check was finally counted as 10 µs.",
  cores: ({ value }) =>
    `Python sees ${count(value)} ${value === 1 ? "core" : "cores"} here, the number that this browser reports; ` +
    "some browsers report fewer than the machine has.",
  "processes-wait": ({ value }) =>
    `At most ${count(value)} processes run at the same time here; the others start as these end.`,
  "own-files": () =>
    "Each process has its own files here: what one process writes, the others do not see.",
  "no-processes": () => "This browser cannot run processes. Use Chrome 137, Firefox 153 or newer.",
  "no-threads": () =>
    "This browser cannot switch between threads. Use Chrome 137, Firefox 153 or newer.",
  "no-time-zones": () =>
    "The data of the time zones was not loaded, because no import of zoneinfo was found before the program ran. " +
    'To load it, declare tzdata in the first lines of the program: "# /// script", "# dependencies = ["tzdata"]" and "# ///".',
  "slow-network": describeDelays,
  "invalid-network": () =>
    "The network of this run has no delay, because the option network in the program's header is not valid. " +
    "It expects a latency in seconds, a bandwidth in bytes per second, or both: " +
    '"# network = { latency = 0.05, bandwidth = 125_000 }".',
  "own-network": () =>
    "Programs on this page have a network of their own, which reaches no other machine: " +
    "start the server in the program itself, and connect to it at 127.0.0.1.",
  "no-call": ({ value, detail }) => describeCall(detail, value),
  "no-module": ({ value, detail }) => describeModule(detail, value),
};

/** Returns up to `MAX_LINES` lines to show, without duplicates. Ignores unknown and malformed facts. */
export function describeDifferences(facts: readonly Fact[]): string[] {
  const lines = new Set<string>();
  for (const fact of facts) {
    if (!Object.hasOwn(TEXTS, fact.fact) || !Number.isFinite(fact.value)) continue;
    const line = TEXTS[fact.fact]!(fact);
    if (line !== undefined) lines.add(line);
  }
  const server = describeServer(facts);
  return [...(server === undefined ? [] : [server]), ...lines].slice(0, MAX_LINES);
}

/**
 * Describes how slow the network of a run was. The value is the latency in seconds, and the detail is the
 * bandwidth in bytes per second; either may be missing.
 */
function describeDelays({ value, detail }: Fact): string | undefined {
  const bandwidth = /^\d{1,15}$/.test(detail) ? Number(detail) : undefined;
  const parts: string[] = [];
  if (value > 0)
    parts.push(`everything that is sent takes ${exactMilliseconds(value)} ms to arrive`);
  if (bandwidth) parts.push(`each connection carries ${count(bandwidth)} bytes per second`);
  if (parts.length === 0) return undefined;
  return `The program's header asks for a slow network: ${parts.join(", and ")}.`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Formats a time in seconds as a number of ms, without the rounding errors of binary fractions. */
function exactMilliseconds(seconds: number): string {
  return String(Number((seconds * 1000).toPrecision(12)));
}

/** Formats a time in ms with two significant digits, which are enough for the step of a clock. */
function milliseconds(value: number): string {
  return String(Number(value.toPrecision(2)));
}
