/** Several programs on one time axis: as they were recorded, or as they run one after the other here. */
import type { RunEvent } from "../host/types.ts";
import { compare, ofTrace, runOf, summary, type Run } from "../timeline/comparison.ts";
import type { Lane } from "../timeline/model.ts";
import type { ProcessRows } from "../timeline/rows.ts";
import { button, element, enable } from "./dom.ts";
import { Following } from "./following.ts";
import { Progress } from "./progress.ts";
import type { Owner } from "./session.ts";
import type { RunnableSnippet } from "./snippet.ts";
import { addStyles } from "./styles.ts";
import type { Tab } from "./tab.ts";
import { attachTimeline, type AttachedTimeline, type Recorded } from "./timeline.ts";
import styles from "./styles/comparison.css";

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

const COUNTS = ["", "", "both", "all three", "all four"];

export class Comparison implements Owner {
  readonly title: string;
  readonly #options: ComparisonOptions;
  readonly #timeline: AttachedTimeline;
  readonly #run: HTMLButtonElement;
  readonly #stop = button("Stop", () => {
    this.#stopped = true;
    this.#options.tab.session.stop(this);
  });
  readonly #back = button("Show the recordings", () => this.#showRecorded());
  readonly #said = element("p", "compare-said");
  readonly #progress = element("p", "compare-progress");
  readonly #bar: HTMLElement;
  #busy = false;
  /** Perhaps before there was a run to stop. */
  #stopped = false;
  #closed = false;
  #displacedBy: string | undefined;

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
    this.#bar = element("div", "compare-bar", this.#run, this.#stop, this.#back, this.#progress);
    this.#bar.append(this.#said);
    this.#back.hidden = true;
    enable(this.#stop, false);
    if (!programs.some(({ native }) => native)) figure.after(this.#bar);
  }

  displaced(by: string): void {
    this.#displacedBy ??= by;
  }

  /** Gives the static figure back. */
  close(): void {
    this.#closed = this.#stopped = true;
    this.#options.tab.session.stop(this);
    this.#timeline.close();
    this.#bar.remove();
  }

  async #recorded(): Promise<Recorded> {
    const { fetchTrace } = await import("../timeline/collect.ts");
    const traces = await Promise.all(
      this.#options.programs.map(({ file }) => fetchTrace(file.replace(/\.py$/, ".trace.json"))),
    );
    const runs = traces.map((trace, index) => ofTrace(this.#options.programs[index]!.title, trace));
    const interpreters = new Set(traces.map(({ interpreter }) => interpreter));
    return [
      compare(runs),
      { what: `recorded on ${[...interpreters].join(" and ")}`, about: summary(runs) },
    ];
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
    this.#stopped = false;
    this.#displacedBy = undefined;
    enable(this.#run, false);
    enable(this.#stop, true);
    const runs: Run[] = [];
    const problem = await this.#runEach(runs).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    this.#busy = false;
    this.#progress.replaceChildren();
    enable(this.#run, true);
    enable(this.#stop, false);
    if (this.#closed) return;
    this.#said.textContent = problem ?? `Ran in your browser: ${summary(runs)}.`;
    if (problem !== undefined) return;
    this.#back.hidden = false;
    const subject = { what: "of these runs, in your browser", about: summary(runs) };
    await this.#timeline.show(compare(runs), subject);
  }

  /** Adds what the runs told; returns why there is nothing to compare, if there is not. */
  async #runEach(runs: Run[]): Promise<string | undefined> {
    const { programs } = this.#options;
    this.#said.textContent = `Running “${programs[0]!.title}” …`;
    // All at first: nothing comes between the runs.
    const [collect, ...sources] = await Promise.all([
      import("../timeline/collect.ts"),
      ...programs.map((program) => this.#source(program)),
    ]);
    for (const [index, program] of programs.entries()) {
      if (this.#stopped) return "Stopped.";
      this.#said.textContent = `Running “${program.title}” …`;
      const result = await this.#runOne(program, sources[index]!, collect);
      if (typeof result === "string") return result;
      runs.push(result);
    }
    return undefined;
  }

  /** Readers who have changed a program compare what they made of it. */
  async #source({ name, file }: Compared): Promise<string> {
    const response = await fetch(file).catch(() => undefined);
    if (!response?.ok)
      throw new Error(`${name}.py could not be fetched. Try again when you are online.`);
    return this.#options.tab.drafts.of(name, await response.text()).source;
  }

  /** What a run told, or why there is nothing to compare. */
  async #runOne(
    { title, name }: Compared,
    source: string,
    collect: typeof import("../timeline/collect.ts"),
  ): Promise<Run | string> {
    const { session } = this.#options.tab;
    const processes: ProcessRows[] = [];
    let following: Following | undefined;
    let errors = "";
    const loading = new Progress();
    const listen = (event: RunEvent): void => {
      if (event.type === "loading") {
        this.#progress.replaceChildren(...loading.element.childNodes);
        loading.loading(event.what, event.loaded, event.total);
      } else if (event.type === "started") this.#progress.replaceChildren();
      else if (event.type === "stderr") errors = (errors + event.text).slice(-1000);
      else if (event.type === "trace") {
        following ??= new Following(collect, event);
        const read = following.read(event);
        if (read) processes.push(read);
      }
    };
    const filename = `${name.slice(name.lastIndexOf("/") + 1)}.py`;
    const outcome = await session.run(this, { source, filename, trace: true }, listen);
    if (outcome.type === "failed") return outcome.message;
    if (outcome.type === "stopped") {
      const by = this.#displacedBy;
      return by === undefined ? "Stopped." : `Stopped, because you ran ${by}.`;
    }
    if (outcome.status !== 0) {
      const why = errors.trim().split("\n").at(-1) ?? "";
      return `“${title}” ended with exit status ${String(outcome.status)}. ${why}`.trim();
    }
    const timeline = new collect.Timeline();
    for (const { process, parent, rows } of processes) timeline.add(process, rows, parent);
    return { title, processes, end: timeline.now };
  }

  /** In the program that the lane is of, if that is on this page. */
  #mark(line: number, lane?: Lane): void {
    const program = lane && this.#options.programs[runOf(lane.process.id)];
    for (const snippet of document.querySelectorAll<RunnableSnippet>("runnable-snippet")) {
      if (!lane || program?.name === snippet.dataset["name"]) snippet.markLine(line);
    }
  }
}
