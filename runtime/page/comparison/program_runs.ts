/**
 * Runs the programs of a comparison one after another, and makes one timeline of their runs or of their
 * recordings. The page loads this module when there is a sign of a reader.
 */
import type { Program, RunEvent } from "../../host/types.ts";
import {
  compare,
  compareRecorded,
  summary,
  verdict,
  type Run,
} from "../../timeline/drawing/comparison.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { LoadingProgress } from "../kit/loading_progress.ts";
import { describeClockRate } from "../session/clock_rate.ts";
import type { Owner } from "../session/session.ts";
import { tabFor, type Tab } from "../session/tab_state.ts";
import type { Recorded } from "../timeline/attached_timeline.ts";
import type { Subject } from "../timeline/description.ts";
import { TraceReader, type TraceBatch } from "../timeline/trace_reader.ts";

export { runOf } from "../../timeline/drawing/comparison.ts";

type Collect = typeof import("../../timeline/model/collect.ts");

/** One of the compared programs, as the page describes it. */
export interface Compared {
  title: string;
  /** The name of the snippet, for example `overlap/together`. */
  name: string;
  /** The address of the program's file, relative to the page. */
  file: string;
  /** Whether the program does not run in the browser. */
  native?: boolean;
  /** Whether the program has not been recorded yet. */
  unrecorded?: boolean;
}

/** Where readers see what is happening. */
export interface RunsView {
  showStatus: (text: string) => void;
  showProgress: (...nodes: Node[]) => void;
}

/** A run that has finished, with its trace. */
interface FinishedRun {
  filename: string;
  trace: readonly TraceBatch[];
}

const loadCollect = (): Promise<Collect> => import("../../timeline/model/collect.ts");

/** Reads the trace of a finished run. */
function readTrace({ filename, trace }: FinishedRun, collect: Collect): Omit<Run, "title"> {
  const [first] = trace;
  const reader = first && new TraceReader(collect, filename, first);
  const processes = trace.flatMap((batch) => reader?.read(batch) ?? []);
  const timeline = new collect.Timeline();
  for (const { process, parent, events } of processes) timeline.add(process, events, parent);
  return { processes, end: timeline.now };
}

/** Fetches the recordings of these programs, as one timeline. */
export async function fetchRecorded(programs: readonly Compared[]): Promise<Recorded> {
  const { fetchTrace } = await loadCollect();
  const traces = programs.map(async ({ title, file }) => {
    return [title, await fetchTrace(file.replace(/\.py$/, ".trace.json"))] as const;
  });
  const { timeline, ...description } = compareRecorded(await Promise.all(traces));
  return [timeline, description];
}

/** What the page shows of some runs. */
interface DescribedRuns {
  status: string;
  timeline: Timeline;
  subject: Subject;
}

/** Makes one timeline of these runs and says how they compare. */
export function describeRuns(runs: readonly Run[], clockRate: number): DescribedRuns {
  const about = summary(runs);
  const rate = describeClockRate(clockRate);
  const where = rate === "" ? "in your browser" : `in your browser, ${rate}`;
  return {
    status: `Ran ${where}: ${about}.`,
    timeline: compare(runs),
    subject: { what: `of these runs, ${where}`, about, says: verdict(runs) },
  };
}

/** How much of the end of a program's stderr is kept for an error message, in UTF-16 units. */
const KEPT_ERRORS = 1000;

export class ProgramRuns implements Owner {
  readonly title: string;
  readonly #programs: readonly Compared[];
  readonly #tab: Tab;
  readonly #view: RunsView;
  /** Why the remaining programs will not be run; undefined unless a run was stopped. */
  #stopReason: string | undefined;

  /**
   * @param programs - The programs, in the order in which they run.
   * @param attributes - The attributes of `<timeline-compare>`, which say where the runtime is.
   * @param view - Where readers see what is happening.
   */
  constructor(programs: readonly Compared[], attributes: DOMStringMap, view: RunsView) {
    this.#programs = programs;
    this.#tab = tabFor(attributes);
    this.#view = view;
    this.title = `a comparison of ${programs.map(({ name }) => `${name}.py`).join(" and ")}`;
  }

  stop(): void {
    this.#stopReason = "Stopped.";
    this.#tab.session.stop(this);
  }

  displaced(by: string): void {
    this.#stopReason ??= `Stopped because you ran ${by}.`;
  }

  /**
   * Runs the programs one after another. Returns their runs. If one of them fails or is stopped, returns
   * the reason instead and does not run those after it.
   */
  async runAll(clockRate: number): Promise<Run[] | string> {
    this.#stopReason = undefined;
    const programs = this.#programs;
    // Everything is loaded before the first run, so that nothing delays the later ones.
    const loading = Promise.all([
      loadCollect(),
      ...programs.map((program) => this.#loadProgram(program, clockRate)),
    ]);
    const runs: Run[] = [];
    for (const [index, { title }] of programs.entries()) {
      this.#view.showStatus(`Running “${title}” …`);
      const program = loading.then(([, ...loaded]) => loaded[index]!);
      const run = await this.#runOne(title, program);
      if (typeof run === "string") return run;
      const [collect] = await loading;
      runs.push({ title, ...readTrace(run, collect) });
      if (this.#stopReason !== undefined) return this.#stopReason;
    }
    return runs;
  }

  /** Loads a program, with the reader's edits if there are any. */
  async #loadProgram({ name, file }: Compared, clockRate: number): Promise<Program> {
    const response = await fetch(file).catch(() => undefined);
    if (!response?.ok) {
      throw new Error(
        `${name}.py could not be loaded. Check your network connection and try again.`,
      );
    }
    const { source } = this.#tab.drafts.of(name, await response.text());
    const filename = `${name.slice(name.lastIndexOf("/") + 1)}.py`;
    return { source, filename, trace: true, clockRate };
  }

  /** Runs one program. Returns its trace, or the reason why it did not finish successfully. */
  async #runOne(title: string, program: Promise<Program>): Promise<FinishedRun | string> {
    const trace: TraceBatch[] = [];
    let errors = "";
    const loading = new LoadingProgress();
    const onEvent = (event: RunEvent): void => {
      switch (event.type) {
        case "loading":
          this.#view.showProgress(...loading.element.childNodes);
          loading.loading(event.what, event.loaded, event.total);
          break;
        case "started":
          this.#view.showProgress();
          break;
        case "stderr":
          errors = (errors + event.text).slice(-KEPT_ERRORS);
          break;
        case "trace":
          trace.push(event);
      }
    };
    const outcome = await this.#tab.session.run(this, program, onEvent);
    if (outcome.type === "failed") return outcome.message;
    if (outcome.type === "stopped") return this.#stopReason ?? "Stopped.";
    if (outcome.status !== 0) {
      const lastLine = errors.trim().split("\n").at(-1) ?? "";
      const ended = `“${title}” ended with exit status ${String(outcome.status)}.`;
      return `${ended} ${lastLine}`.trim();
    }
    return { filename: (await program).filename, trace };
  }
}
