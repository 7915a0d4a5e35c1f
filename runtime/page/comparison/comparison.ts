/**
 * A figure that compares the timelines of several programs. At first it shows the recorded runs. When
 * the reader has run all the programs here, one after another, it shows these runs instead.
 */
import type { Program, RunEvent } from "../../host/types.ts";
import {
  compare,
  compareRecorded,
  runOf,
  summary,
  verdict,
  type Run,
} from "../../timeline/drawing/comparison.ts";
import type { Lane } from "../../timeline/model/lane.ts";
import { button, element, enable } from "../kit/dom.ts";
import { LoadingProgress } from "../kit/loading_progress.ts";
import { ClockRateMenu, describeClockRate } from "../session/clock_rate.ts";
import type { Owner } from "../session/session.ts";
import type { Tab } from "../session/tab_state.ts";
import {
  attachTimeline,
  type AttachedTimeline,
  type Recorded,
} from "../timeline/attached_timeline.ts";
import { TraceReader, type TraceBatch } from "../timeline/trace_reader.ts";
import type { RunnableSnippet } from "../workbench/snippet.ts";

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

export interface ComparisonOptions {
  figure: HTMLElement;
  programs: readonly Compared[];
  tab: Tab;
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

/** How the label of the Run button refers to all programs. The index is the number of programs. */
const COUNTS = ["", "", "both", "all three", "all four"];

/** How much of a program's stderr is kept for an error message, in UTF-16 units. */
const KEPT_ERRORS = 1000;

export class Comparison implements Owner {
  readonly title: string;
  readonly #options: ComparisonOptions;
  /** The programs whose recorded timelines the static figure shows. */
  readonly #recorded: readonly Compared[];
  /** The programs whose runs the figure shows at the moment. */
  #shown: readonly Compared[];
  /** The sentence on the page that names the programs without a recording; null if all have one. */
  readonly #unrecordedNote: HTMLElement | null;
  readonly #timeline: AttachedTimeline;
  readonly #run: HTMLButtonElement;
  readonly #stop = button("Stop", () => {
    this.#stopReason = "Stopped.";
    this.#options.tab.session.stop(this);
  });
  /** Aborted when the comparison is closed. */
  readonly #life = new AbortController();
  readonly #clockRate = new ClockRateMenu("each of these programs", this.#life.signal);
  readonly #back = button("Show the recordings", () => this.#showRecorded());
  readonly #status = element("p", "compare-said");
  readonly #progress = element("p", "compare-progress");
  /** Contains the buttons and the messages. */
  readonly #bar: HTMLElement;
  #isBusy = false;
  /** Why the remaining programs will not be run; undefined unless a run was stopped. */
  #stopReason: string | undefined;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    const { figure, programs } = options;
    this.title = `a comparison of ${programs.map(({ name }) => `${name}.py`).join(" and ")}`;
    this.#recorded = this.#shown = programs.filter(({ unrecorded }) => unrecorded !== true);
    this.#unrecordedNote =
      figure.parentElement?.querySelector<HTMLElement>(".compare-unrecorded") ?? null;
    this.#timeline = attachTimeline(
      figure,
      this.#recorded.length > 0 ? () => this.#loadRecorded() : undefined,
      (line, lane) => this.#mark(line, lane),
    );
    const count = COUNTS[programs.length] ?? "all";
    this.#run = button(`Run ${count} here`, () => void this.#runAll());
    this.#run.classList.add("runnable-run");
    this.#status.role = "status";
    const controls = [this.#run, this.#stop, this.#clockRate.element, this.#back];
    this.#bar = element("div", "compare-bar", ...controls, this.#progress, this.#status);
    this.#back.hidden = true;
    enable(this.#stop, false);
    if (!programs.some(({ native }) => native)) (this.#unrecordedNote ?? figure).after(this.#bar);
  }

  displaced(by: string): void {
    this.#stopReason ??= `Stopped because you ran ${by}.`;
  }

  /** Restores the static figure. */
  close(): void {
    this.#life.abort();
    this.#options.tab.session.stop(this);
    this.#timeline.close();
    this.#showProgramsOf("recordings");
    this.#bar.remove();
  }

  async #loadRecorded(): Promise<Recorded> {
    const { fetchTrace } = await loadCollect();
    const traces = this.#recorded.map(async ({ title, file }) => {
      return [title, await fetchTrace(file.replace(/\.py$/, ".trace.json"))] as const;
    });
    const { timeline, ...description } = compareRecorded(await Promise.all(traces));
    return [timeline, description];
  }

  #showRecorded(): void {
    this.#timeline.showRecorded();
    this.#showProgramsOf("recordings");
    this.#status.textContent = "";
    this.#back.hidden = true;
    this.#run.focus();
  }

  /** Notes which programs the figure shows. A figure that shows none is hidden. */
  #showProgramsOf(what: "recordings" | "runs"): void {
    this.#shown = what === "runs" ? this.#options.programs : this.#recorded;
    this.#options.figure.hidden = this.#shown.length === 0;
    if (this.#unrecordedNote) this.#unrecordedNote.hidden = what === "runs";
  }

  async #runAll(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#stopReason = undefined;
    enable(this.#run, false);
    enable(this.#stop, true);
    const { clockRate } = this.#clockRate;
    const result = await this.#runEach(clockRate);
    this.#isBusy = false;
    this.#progress.replaceChildren();
    enable(this.#run, true);
    enable(this.#stop, false);
    if (this.#life.signal.aborted) return;
    if (typeof result === "string") this.#status.textContent = result;
    else await this.#showRuns(result, clockRate);
  }

  async #showRuns(runs: readonly Run[], clockRate: number): Promise<void> {
    const about = summary(runs);
    const rate = describeClockRate(clockRate);
    const where = rate === "" ? "in your browser" : `in your browser, ${rate}`;
    this.#status.textContent = `Ran ${where}: ${about}.`;
    this.#back.hidden = this.#recorded.length === 0;
    this.#showProgramsOf("runs");
    await this.#timeline.show(compare(runs), {
      what: `of these runs, ${where}`,
      about,
      says: verdict(runs),
    });
  }

  /** Runs the programs one after another. Returns their runs, or why one has failed or was stopped. */
  async #runEach(clockRate: number): Promise<Run[] | string> {
    const { programs } = this.#options;
    // Everything is loaded before the first run, so that nothing delays the later ones.
    const loading = Promise.all([
      loadCollect(),
      ...programs.map((program) => this.#loadProgram(program, clockRate)),
    ]);
    const runs: Run[] = [];
    for (const [index, { title }] of programs.entries()) {
      this.#status.textContent = `Running “${title}” …`;
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
    const { source } = this.#options.tab.drafts.of(name, await response.text());
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
          this.#progress.replaceChildren(...loading.element.childNodes);
          loading.loading(event.what, event.loaded, event.total);
          break;
        case "started":
          this.#progress.replaceChildren();
          break;
        case "stderr":
          errors = (errors + event.text).slice(-KEPT_ERRORS);
          break;
        case "trace":
          trace.push(event);
      }
    };
    const outcome = await this.#options.tab.session.run(this, program, onEvent);
    if (outcome.type === "failed") return outcome.message;
    if (outcome.type === "stopped") return this.#stopReason ?? "Stopped.";
    if (outcome.status !== 0) {
      const lastLine = errors.trim().split("\n").at(-1) ?? "";
      const ended = `“${title}” ended with exit status ${String(outcome.status)}.`;
      return `${ended} ${lastLine}`.trim();
    }
    return { filename: (await program).filename, trace };
  }

  /** Marks a line in the snippet of the lane's program, or in all snippets if there is no lane. */
  #mark(line: number, lane?: Lane): void {
    const program = lane && this.#shown[runOf(lane.process.id)];
    for (const snippet of document.querySelectorAll<RunnableSnippet>("runnable-snippet")) {
      if (!lane || program?.name === snippet.dataset["name"]) snippet.markLine(line);
    }
  }
}
