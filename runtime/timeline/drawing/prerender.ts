/**
 * Draws the recorded timelines: for each `x.trace.json` below FOLDER, this script writes `x.html` at the
 * same place below OUTPUT, with one `<figure>` on one line. All other files below OUTPUT are removed.
 *
 * Usage: node prerender.ts [FOLDER [OUTPUT]]   (defaults: snippets build/timelines)
 *        node prerender.ts --compare NAME TITLE FILE…
 * The second form writes one figure of several runs to stdout, each given as TITLE and FILE. NAME
 * makes the figure's ids unique in a page.
 * The exit status is 1 if a file holds no trace; its name is printed to stderr.
 */
import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { compareRecorded } from "./comparison.ts";
import { figure } from "./figure.ts";
import { html } from "./html.ts";
import { Timeline } from "../model/timeline.ts";
import { decodeTrace, type Trace } from "../model/trace_events.ts";

const ENDING = ".trace.json";

function read(content: string): Trace | undefined {
  try {
    return decodeTrace(JSON.parse(content));
  } catch {
    return undefined;
  }
}

/** Returns the figure for the content of a file as HTML; undefined if the content is no trace. */
export function prerender(content: string, name: string): string | undefined {
  const trace = read(content);
  if (!trace) return undefined;
  const timeline = Timeline.of(trace);
  return html(figure(timeline, { what: `recorded on ${trace.interpreter}`, name }));
}

/** Draws all traces of a folder; returns the files that hold no trace. */
export async function prerenderAll(folder: string, output: string): Promise<string[]> {
  const bad: string[] = [];
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  for await (const file of glob(`**/*${ENDING}`, { cwd: folder })) {
    const name = file.slice(0, -ENDING.length);
    const drawn = prerender(await readFile(join(folder, file), "utf8"), name);
    if (drawn === undefined) {
      bad.push(join(folder, file));
      continue;
    }
    const target = join(output, `${name}.html`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, `${drawn}\n`);
  }
  return bad;
}

/**
 * Returns one figure of several runs.
 *
 * @throws if a file holds no trace.
 */
export async function prerenderComparison(
  name: string,
  runs: readonly [title: string, file: string][],
): Promise<string> {
  const traces: [string, Trace][] = [];
  for (const [title, file] of runs) {
    const trace = read(await readFile(file, "utf8"));
    if (!trace) throw new Error(`${file} holds no trace.`);
    traces.push([title, trace]);
  }
  const { timeline, ...texts } = compareRecorded(traces);
  return html(figure(timeline, { ...texts, name }));
}

if (import.meta.main && process.argv[2] === "--compare") {
  const [name = "", ...rest] = process.argv.slice(3);
  const runs: [title: string, file: string][] = [];
  for (let at = 0; at + 1 < rest.length; at += 2) runs.push([rest[at]!, rest[at + 1]!]);
  process.stdout.write(`${await prerenderComparison(name, runs)}\n`);
} else if (import.meta.main) {
  const [folder = "snippets", output = "build/timelines"] = process.argv.slice(2);
  const bad = await prerenderAll(folder, output);
  for (const file of bad) process.stderr.write(`${file} holds no trace.\n`);
  if (bad.length > 0) process.exitCode = 1;
}
