/** Runs the explorer on a program, as a program of its own; see runtime/python/explorer. */
import type { Program } from "../host/types.ts";

/** JSON: the modules of the explorer, by path. */
declare const EXPLORER_FILES: string;

/** What one thread or task did in one go. */
export interface Step {
  who: string;
  /** Where it stopped; 0 if that is not in the program. */
  line: number;
  text: string;
  stdout: string;
  /** Variables afterwards, as Python writes them. */
  values: Record<string, string>;
}

/** Runs that ended alike. */
export interface Ending {
  kind: string;
  count: number;
  /** In words. */
  ending: string;
  stdout: string;
  /** Of one of them; only if the program broke. */
  steps: Step[];
}

export interface Found {
  runs: number;
  breaking: number;
  /** In words. */
  result: string;
  groups: Ending[];
}

export type Told =
  | { type: "progress"; runs: number; breaking: number }
  | { type: "found"; found: Found }
  | { type: "failed"; message: string };

/** More than that takes longer than anyone waits. */
const MOST_RUNS = 2_000;

/** The program that explores another one. */
export function explorationOf(source: string, filename: string, bound: number): Program {
  const encoder = new TextEncoder();
  const files: Record<string, Uint8Array> = { "explored.txt": encoder.encode(source) };
  const modules = JSON.parse(EXPLORER_FILES) as Record<string, string>;
  for (const [path, text] of Object.entries(modules)) files[path] = encoder.encode(text);
  const given = [JSON.stringify(filename), String(bound), String(MOST_RUNS)].join(", ");
  return {
    source: `from explorer import report\n\nreport.tell_of_file("explored.txt", ${given})\n`,
    filename: "explore.py",
    files,
  };
}

/** Puts what the explorer prints together again, line by line. */
export class Reader {
  #rest = "";

  /** What the lines say that this text completes; others print there, too. */
  read(text: string): Told[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => {
      const told = understand(line);
      return told ? [told] : [];
    });
  }
}

function understand(line: string): Told | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if ("failed" in value) return { type: "failed", message: String(value.failed) };
  if ("found" in value) return { type: "found", found: value.found as Found };
  if (!("runs" in value) || !("breaking" in value)) return undefined;
  return { type: "progress", runs: Number(value.runs), breaking: Number(value.breaking) };
}
