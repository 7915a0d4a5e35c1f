/**
 * Draws recorded timelines when the site is built: reads requests from the standard input, and writes an
 * answer to each of them to the standard output.
 *
 * Each line of the standard input is a request in JSON: `{"name": …, "trace": …}` for the timeline of one
 * program, and `{"name": …, "runs": [{"title": …, "trace": …}, …]}` for a comparison of several. A trace
 * is the text of a file `x.trace.json`, and the name makes the ids in the figure unique on a page.
 *
 * Each line of the standard output answers one request: `{"html": …}` with one `<figure>`, or
 * `{"damaged": index}` with the number, from 0, of the first run whose text is not a trace.
 *
 * Usage: node prerender.ts
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { compareRecorded } from "./comparison.ts";
import { figure } from "./figure.ts";
import { html } from "./html.ts";
import { Timeline } from "../model/timeline.ts";
import { decodeTrace, type Trace } from "../model/trace_events.ts";

/** A recorded run, with the text of its trace file. */
interface Run {
  title: string;
  trace: string;
}

type Request = { name: string; trace: string } | { name: string; runs: Run[] };
type Answer = { html: string } | { damaged: number };

/** Reads the content of a trace file; returns undefined if it is not a trace. */
function read(content: string): Trace | undefined {
  try {
    return decodeTrace(JSON.parse(content));
  } catch {
    return undefined;
  }
}

/** Returns the figure for the content of a trace file as HTML; undefined if it is not a trace. */
export function prerender(content: string, name: string): string | undefined {
  const trace = read(content);
  if (!trace) return undefined;
  const timeline = Timeline.of(trace);
  return html(figure(timeline, { what: `recorded on ${trace.interpreter}`, name }));
}

/** Returns the figure that compares several runs, as HTML. */
function prerenderComparison(name: string, runs: readonly [title: string, trace: Trace][]): string {
  const { timeline, ...texts } = compareRecorded(runs);
  return html(figure(timeline, { ...texts, name }));
}

/** Answers one request. */
export function answer(request: Request): Answer {
  if ("trace" in request) {
    const drawn = prerender(request.trace, request.name);
    return drawn === undefined ? { damaged: 0 } : { html: drawn };
  }
  const runs: [title: string, trace: Trace][] = [];
  for (const [index, { title, trace: content }] of request.runs.entries()) {
    const trace = read(content);
    if (!trace) return { damaged: index };
    runs.push([title, trace]);
  }
  return { html: prerenderComparison(request.name, runs) };
}

if (import.meta.main) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as Request))}\n`);
  }
}
