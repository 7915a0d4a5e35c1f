/** Runs the explorer on a program, as a program of its own; see runtime/python/explorer. */
import type { Program } from "../../host/types.ts";

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

/** How far a run came whose turns the reader gives out. */
export interface Played {
  /** "open" while there is somebody to be chosen. */
  kind: string;
  breaks: boolean;
  /** In words; empty while it is open. */
  ending: string;
  line: number;
  /** All that were made, one for each place where several could go on. */
  choices: number[];
  /** How many these are, in words. */
  chosen: string;
  /** The last ones of them. */
  steps: Step[];
  /** Who could go on; first the one that would by itself. */
  options: { who: string; line: number; text: string }[];
}

export type Told =
  | { type: "progress"; runs: number; breaking: number }
  | { type: "found"; found: Found }
  | { type: "played"; played: Played }
  | { type: "failed"; message: string };

/** What is to be done with a program. */
export type Request =
  /** With so many forced switches at most. */
  | { type: "every order"; bound: number }
  | { type: "at random"; seed: number }
  /** To the first choice that has not been made, or with the usual ones to its end. */
  | { type: "by hand"; choices: readonly number[]; toTheEnd: boolean };

/** More than that takes longer than anyone waits. */
const MOST_RUNS = 2_000;
export const AT_RANDOM = 500;

/** The call in Python that does it. */
function callOf(request: Request, filename: string): string {
  const given = `"explored.txt", ${JSON.stringify(filename)}`;
  switch (request.type) {
    case "every order":
      return `print_exploration(${given}, ${String(request.bound)}, ${String(MOST_RUNS)})`;
    case "at random":
      return `print_exploration(${given}, 0, ${String(AT_RANDOM)}, ${String(request.seed)})`;
    case "by hand": {
      const toTheEnd = request.toTheEnd ? "True" : "False";
      return `print_run(${given}, ${JSON.stringify(request.choices)}, ${toTheEnd})`;
    }
  }
}

/** The program that explores another one. */
export function explorationOf(source: string, filename: string, request: Request): Program {
  const encoder = new TextEncoder();
  const files: Record<string, Uint8Array> = { "explored.txt": encoder.encode(source) };
  const modules = JSON.parse(EXPLORER_FILES) as Record<string, string>;
  for (const [path, text] of Object.entries(modules)) files[path] = encoder.encode(text);
  return {
    source: `from explorer import report\n\nreport.${callOf(request, filename)}\n`,
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
  if ("played" in value) return { type: "played", played: value.played as Played };
  if (!("runs" in value) || !("breaking" in value)) return undefined;
  return { type: "progress", runs: Number(value.runs), breaking: Number(value.breaking) };
}
