/**
 * Makes the program that runs the explorer on the reader's program, and reads the reports that it prints.
 * The explorer itself is in runtime/python/explorer.
 */
import { headerText } from "../../host/needs/requirements.ts";
import type { Program } from "../../host/types.ts";

/** The modules of the explorer by path, as JSON, which the build inserts here. */
declare const EXPLORER_FILES: string;

/** What one thread or task did before another one continued. */
export interface Step {
  /** The name of the thread or task. */
  who: string;
  /** The last line of the program that the thread or task ran in this step; 0 if it ran none. */
  line: number;
  /** Says what the thread or task did, in a sentence. */
  text: string;
  /** What the step printed. */
  stdout: string;
  /** The `repr` of local variables and of changed global ones after the step, by name. */
  values: Record<string, string>;
}

/** The interleavings that ended in the same way, with the same output. */
export interface Group {
  /** "ok", or in which way the program broke. */
  kind: string;
  /** How many interleavings there are in the group. */
  count: number;
  /** Says how the interleavings ended. */
  ending: string;
  /** What the program printed. */
  stdout: string;
  /**
   * The steps of one of the interleavings or, if there are very many steps, the first of them. Empty if the
   * interleavings did not break the program, if enough other groups have steps, or if the steps were not
   * worked out, as in a report of progress.
   */
  steps: Step[];
  /** How many steps that interleaving has; 0 if `steps` is empty. */
  stepCount: number;
}

/** The result of an exploration. */
export interface Exploration {
  /** How many interleavings were tried. */
  runs: number;
  /** How many of them broke the program. */
  breaking: number;
  /** Says what the exploration has found. */
  result: string;
  groups: Group[];
}

/** A thread or task that can continue. */
export interface StepOption {
  /** The name of the thread or task. */
  who: string;
  /** The line at which it would continue; 0 if that line is not in the program. */
  line: number;
  /** Says what it would do. */
  text: string;
}

/** A run, up to now, in which the reader chooses the steps. */
export interface ChosenRun {
  /** "open" while threads or tasks can continue, or else how the run ended. */
  kind: string;
  /** Whether the interleaving broke the program. */
  breaks: boolean;
  /** Says how the run ended; empty while it is open. */
  ending: string;
  /** The line of the exception with which the run ended; 0 if there is none, or if it is unknown. */
  line: number;
  /** The choices so far: for each decision, the index of the option that continued. */
  choices: number[];
  /** Says how many choices there were, and how many of them count towards the bound of an exploration. */
  chosen: string;
  /** The steps of the run or, if there are very many, the last of them. */
  steps: Step[];
  /** How many steps the run has. */
  stepCount: number;
  /** What was printed before the first of `steps`. */
  printedBefore: string;
  /** What can continue now. By default, the first option continues. */
  options: StepOption[];
}

/** What the explorer prints in one line. */
export type Report =
  /** Printed during an exploration. `groups` are those that broke the program, without their steps. */
  | { type: "progress"; runs: number; breaking: number; groups: Group[] }
  /** Printed twice if the exploration is stopped: first without any steps, and then with them. */
  | { type: "exploration"; exploration: Exploration }
  | { type: "run"; run: ChosenRun }
  | { type: "failed"; message: string };

/**
 * What the explorer should do with a program. For `explore`, it runs the program in up to
 * `MAX_INTERLEAVINGS` interleavings with at most `bound` forced switches.
 */
export type ExplorerRequest = (
  | { type: "explore"; bound: number }
  /** Run the program in random interleavings. The same seed gives the same interleavings. */
  | { type: "random"; seed: number }
  /**
   * Run the program with these choices, and stop at the first decision that they do not cover. If
   * `toTheEnd`, run the program to its end instead, with the default option at further decisions.
   */
  | { type: "choose"; choices: readonly number[]; toTheEnd: boolean }
) & {
  /**
   * Whether threads may switch between any two bytecodes, as they may without a GIL, rather than
   * only where CPython with a GIL may switch them.
   */
  everyBytecode: boolean;
};

/** How many interleavings one systematic exploration tries at most; more would take too long for readers. */
const MAX_INTERLEAVINGS = 2_000;

/** How many random interleavings one exploration tries. */
const RANDOM_INTERLEAVINGS = 500;

/** The file from which the explorer reads the reader's program. */
const SOURCE_FILE = "explored.txt";

/** Returns the program that runs the explorer on this source. */
export function explorerProgram(
  source: string,
  filename: string,
  request: ExplorerRequest,
): Program {
  const encoder = new TextEncoder();
  const files: Record<string, Uint8Array> = { [SOURCE_FILE]: encoder.encode(source) };
  const modules = JSON.parse(EXPLORER_FILES) as Record<string, string>;
  for (const [path, text] of Object.entries(modules)) files[path] = encoder.encode(text);
  return {
    // With the header of the program, the host installs the libraries that the program declares.
    source: `${headerText(source)}from explorer import report\n\nreport.${callFor(request, filename)}\n`,
    filename: "explore.py",
    files,
  };
}

/** Returns the call of a function in runtime/python/explorer/report.py that fulfils a request. */
function callFor(request: ExplorerRequest, filename: string): string {
  const program = `"${SOURCE_FILE}", ${JSON.stringify(filename)}`;
  const mode = `every_bytecode=${request.everyBytecode ? "True" : "False"}`;
  switch (request.type) {
    case "explore": {
      const limits = `${String(request.bound)}, ${String(MAX_INTERLEAVINGS)}`;
      return `print_exploration(${program}, ${limits}, ${mode})`;
    }
    case "random": {
      // The first of these numbers, the bound, has no effect on random interleavings.
      const limits = `0, ${String(RANDOM_INTERLEAVINGS)}, ${String(request.seed)}`;
      return `print_exploration(${program}, ${limits}, ${mode})`;
    }
    case "choose": {
      const toTheEnd = request.toTheEnd ? "True" : "False";
      return `print_run(${program}, ${JSON.stringify(request.choices)}, ${toTheEnd}, ${mode})`;
    }
  }
}

/** Reads reports from the output of the explorer, which arrives in pieces of any length. */
export class ReportReader {
  #incompleteLine = "";

  /** Returns the reports that this piece completes. Ignores everything that is not a report. */
  read(text: string): Report[] {
    const lines = (this.#incompleteLine + text).split("\n");
    this.#incompleteLine = lines.pop() ?? "";
    return lines.map(parseReport).filter((report) => report !== undefined);
  }
}

function parseReport(line: string): Report | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if ("failed" in value) return { type: "failed", message: String(value.failed) };
  if ("found" in value) return { type: "exploration", exploration: value.found as Exploration };
  if ("played" in value) return { type: "run", run: value.played as ChosenRun };
  if (!("runs" in value) || !("breaking" in value)) return undefined;
  const groups = "groups" in value ? (value.groups as Group[]) : [];
  return { type: "progress", runs: Number(value.runs), breaking: Number(value.breaking), groups };
}
