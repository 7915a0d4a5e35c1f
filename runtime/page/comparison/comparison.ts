/** Several programs on one time axis: as they were recorded, or as they run one after the other here. */
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
import { TraceReader, type TraceBatch } from "../timeline/trace_reader.ts";
import { ClockRateMenu, describeClockRate } from "../session/clock_rate.ts";
import { LoadingProgress } from "../kit/loading_progress.ts";
import type { Owner } from "../session/session.ts";
import type { RunnableSnippet } from "../workbench/snippet.ts";
import { addStyles } from "../kit/styles.ts";
import type { Tab } from "../session/tab_state.ts";
import {
  attachTimeline,
  type AttachedTimeline,
  type Recorded,
} from "../timeline/attached_timeline.ts";
import styles from "../styles/comparison.css";

type Collect = typeof import("../../timeline/model/collect.ts");

/** One of the programs, as the page names it. */
export interface Compared {
  title: string;
  /** `overlap/together`. */
  name: string;
  /** Address of the file, relative to the page. */
  file: string;
  /** It does not run in the browser. */
  native?: boolean;
}

export interface ComparisonOptions {
  figure: HTMLElement;
  programs: readonly Compared[];
  tab: Tab;
}

/** A run that came to its end, and what it told of itself. */
interface Ran {
  filename: string;
  told: readonly TraceBatch[];
}

const collector = (): Promise<Collect> => import("../../timeline/model/collect.ts");

/** The lanes of a run of the program from what it told of itself, and its end. */
function read({ filename, told }: Ran, collect: Collect): Omit<Run, "title"> {
  const following = told[0] && new TraceReader(collect, filename, told[0]);
  const processes = told.flatMap((event) => following?.read(event) ?? []);
  const timeline = new collect.Timeline();
  for (const { process, parent, events } of processes) timeline.add(process, events, parent);
  return { processes, end: timeline.now };
}

const COUNTS = ["", "", "both", "all three", "all four"];

export class Comparison implements Owner {
  readonly title: string;
  readonly #options: ComparisonOptions;
  readonly #timeline: AttachedTimeline;
  readonly #run: HTMLButtonElement;
  readonly #stop = button("Stop", () => {
    this.#ended = "Stopped.";
    this.#options.tab.session.stop(this);
  });
  readonly #end = new AbortController();
  readonly #clockRate = new ClockRateMenu("each of these programs", this.#end.signal);
  readonly #back = button("Show the recordings", () => this.#showRecorded());
  readonly #said = element("p", "compare-said");
  readonly #progress = element("p", "compare-progress");
  readonly #bar: HTMLElement;
  #busy = false;
  #closed = false;
  /** Why no more runs are to come. */
  #ended: string | undefined;

  constructor(options: ComparisonOptions) {
    addStyles(styles);
    this.#options = options;
    const { figure, programs } = options;
    this.title = `a comparison of ${programs.map(({ name }) => `${name}.py`).join(" and ")}`;
    const recorded = (): Promise<Recorded> => this.#recorded();
    this.#timeline = attachTimeline(figure, recorded, (line, lane) => this.#mark(line, lane));
    const count = COUNTS[programs.length] ?? "all";
    this.#run = button(`Run ${count} here`, () => void this.#runAll());
    this.#run.classList.add("runnable-run");
    this.#said.role = "status";
    const controls = [this.#run, this.#stop, this.#clockRate.element, this.#back];
    this.#bar = element("div", "compare-bar", ...controls, this.#progress, this.#said);
    this.#back.hidden = true;
    enable(this.#stop, false);
    if (!programs.some(({ native }) => native)) figure.after(this.#bar);
  }

  displaced(by: string): void {
    this.#ended ??= `Stopped because you ran ${by}.`;
  }

  /** Gives the static figure back. */
  close(): void {
    this.#closed = true;
    this.#end.abort();
    this.#options.tab.session.stop(this);
    this.#timeline.close();
    this.#bar.remove();
  }

  async #recorded(): Promise<Recorded> {
    const { fetchTrace } = await collector();
    const traces = this.#options.programs.map(async ({ title, file }) => {
      return [title, await fetchTrace(file.replace(/\.py$/, ".trace.json"))] as const;
    });
    const { timeline, ...said } = compareRecorded(await Promise.all(traces));
    return [timeline, said];
  }

  #showRecorded(): void {
    this.#timeline.showRecorded();
    this.#said.textContent = "";
    this.#back.hidden = true;
    this.#run.focus();
  }

  async #runAll(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#ended = undefined;
    enable(this.#run, false);
    enable(this.#stop, true);
    const { clockRate } = this.#clockRate;
    const result = await this.#runEach(clockRate);
    this.#busy = false;
    this.#progress.replaceChildren();
    enable(this.#run, true);
    enable(this.#stop, false);
    if (this.#closed) return;
    if (typeof result === "string") {
      this.#said.textContent = result;
      return;
    }
    const about = summary(result);
    const where = ["in your browser", describeClockRate(clockRate)]
      .filter((text) => text !== "")
      .join(", ");
    this.#said.textContent = `Ran ${where}: ${about}.`;
    this.#back.hidden = false;
    await this.#timeline.show(compare(result), {
      what: `of these runs, ${where}`,
      about,
      says: verdict(result),
    });
  }

  /** The runs, or why there is nothing to compare. */
  async #runEach(clockRate: number): Promise<Run[] | string> {
    const { programs } = this.#options;
    // All at first: nothing comes between the runs.
    const loading = Promise.all([
      collector(),
      ...programs.map((each) => this.#program(each, clockRate)),
    ]);
    const runs: Run[] = [];
    for (const [index, { title }] of programs.entries()) {
      this.#said.textContent = `Running “${title}” …`;
      const ran = await this.#runOne(
        title,
        loading.then(([, ...fetched]) => fetched[index]!),
      );
      if (typeof ran === "string") return ran;
      const [collect] = await loading;
      runs.push({ title, ...read(ran, collect) });
      if (this.#ended !== undefined) return this.#ended;
    }
    return runs;
  }

  /** Readers who have changed a program compare what they made of it. */
  async #program({ name, file }: Compared, clockRate: number): Promise<Program> {
    const response = await fetch(file).catch(() => undefined);
    if (!response?.ok)
      throw new Error(
        `${name}.py could not be loaded. Check your network connection and try again.`,
      );
    const { source } = this.#options.tab.drafts.of(name, await response.text());
    return {
      source,
      filename: `${name.slice(name.lastIndexOf("/") + 1)}.py`,
      trace: true,
      clockRate,
    };
  }

  /** A run, or why there is nothing to compare. */
  async #runOne(title: string, program: Promise<Program>): Promise<Ran | string> {
    const told: TraceBatch[] = [];
    let errors = "";
    const loading = new LoadingProgress();
    const listen = (event: RunEvent): void => {
      if (event.type === "loading") {
        this.#progress.replaceChildren(...loading.element.childNodes);
        loading.loading(event.what, event.loaded, event.total);
      } else if (event.type === "started") this.#progress.replaceChildren();
      else if (event.type === "stderr") errors = (errors + event.text).slice(-1000);
      else if (event.type === "trace") told.push(event);
    };
    const outcome = await this.#options.tab.session.run(this, program, listen);
    if (outcome.type === "failed") return outcome.message;
    if (outcome.type === "stopped") return this.#ended ?? "Stopped.";
    if (outcome.status !== 0) {
      const why = errors.trim().split("\n").at(-1) ?? "";
      return `“${title}” ended with exit status ${String(outcome.status)}. ${why}`.trim();
    }
    return { filename: (await program).filename, told };
  }

  /** In the program that the lane is of, if that is on this page. */
  #mark(line: number, lane?: Lane): void {
    const program = lane && this.#options.programs[runOf(lane.process.id)];
    for (const snippet of document.querySelectorAll<RunnableSnippet>("runnable-snippet")) {
      if (!lane || program?.name === snippet.dataset["name"]) snippet.markLine(line);
    }
  }
}
