/**
 * A figure that compares the timelines of several programs. At first it shows the recorded runs. When the
 * reader has run all the programs in the browser, one after another, it shows these runs instead.
 */
import type { Lane } from "../../timeline/model/lane.ts";
import { button, element, enable } from "../kit/dom.ts";
import { LateModule } from "../kit/late_module.ts";
import { Notices } from "../kit/notices.ts";
import { runtimeFolder, whenReaderArrives } from "../session/arrival.ts";
import { ClockRateMenu } from "../session/clock_rate.ts";
import { attachTimeline, type AttachedTimeline } from "../timeline/attached_timeline.ts";
import type { RunnableSnippet } from "../workbench/snippet.ts";
import type { Compared, ProgramRuns } from "./program_runs.ts";

type RunsModule = typeof import("./program_runs.ts");

const runsModule = new LateModule(() => import("./program_runs.ts"));

export interface ComparisonOptions {
  figure: HTMLElement;
  programs: readonly Compared[];
  /** The attributes of `<timeline-compare>`, which say where the runtime is. */
  attributes: DOMStringMap;
}

/** How the label of the Run button refers to all programs. The index is the number of programs. */
const COUNTS = ["", "", "both", "all three", "all four"];

export class Comparison {
  readonly #options: ComparisonOptions;
  /** The programs whose recorded timelines the static figure shows. */
  readonly #recorded: readonly Compared[];
  /** The programs whose runs the figure shows at the moment. */
  #shown: readonly Compared[];
  /** The sentence on the page that names the programs without a recording; null if all have one. */
  readonly #unrecordedNote: HTMLElement | null;
  readonly #timeline: AttachedTimeline;
  readonly #run: HTMLButtonElement;
  readonly #stop = button("Stop", () => this.#runs?.stop());
  /** Aborted when the comparison is closed. */
  readonly #life = new AbortController();
  readonly #clockRate = new ClockRateMenu("each of these programs", this.#life.signal);
  readonly #back = button("Show the recordings", () => this.#showRecorded());
  readonly #status = element("p", "compare-said");
  readonly #progress = element("p", "compare-progress");
  /** Says that the code for running the programs is being loaded, or could not be loaded. */
  readonly #notices = new Notices();
  /** Contains the buttons and the messages. */
  readonly #bar: HTMLElement;
  #isBusy = false;
  /** Runs the programs, once the reader has asked for that. */
  #runs: ProgramRuns | undefined;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    const { figure, programs, attributes } = options;
    const { signal } = this.#life;
    this.#recorded = this.#shown = programs.filter(({ unrecorded }) => unrecorded !== true);
    this.#unrecordedNote =
      figure.parentElement?.querySelector<HTMLElement>(".compare-unrecorded") ?? null;
    this.#timeline = attachTimeline(
      figure,
      this.#recorded.length > 0
        ? async () => (await runsModule.load()).fetchRecorded(this.#recorded)
        : undefined,
      (line, lane) => this.#mark(line, lane),
    );
    const count = COUNTS[programs.length] ?? "all";
    this.#run = button(`Run ${count} here`, () => this.#start());
    this.#run.classList.add("runnable-run");
    this.#status.role = "status";
    const controls = [this.#run, this.#stop, this.#clockRate.element, this.#back];
    this.#bar = element("div", "compare-bar", ...controls, this.#progress, this.#status);
    this.#back.hidden = true;
    enable(this.#stop, false);
    if (programs.some(({ native }) => native)) return;
    (this.#unrecordedNote ?? figure).after(this.#bar, this.#notices.element);
    whenReaderArrives(runtimeFolder(attributes), signal, () => runsModule.prefetch());
  }

  /** Stops the programs, removes the controls, and restores the static figure. */
  close(): void {
    this.#life.abort();
    this.#runs?.stop();
    this.#timeline.close();
    this.#showProgramsOf("recordings");
    this.#bar.remove();
    this.#notices.element.remove();
  }

  #showRecorded(): void {
    this.#timeline.showRecorded();
    this.#showProgramsOf("recordings");
    this.#status.textContent = "";
    this.#back.hidden = true;
    this.#run.focus();
  }

  /**
   * Notes which programs the figure shows. Hides the figure if it shows none, and hides the note about
   * missing recordings while the figure shows runs.
   */
  #showProgramsOf(what: "recordings" | "runs"): void {
    this.#shown = what === "runs" ? this.#options.programs : this.#recorded;
    this.#options.figure.hidden = this.#shown.length === 0;
    if (this.#unrecordedNote) this.#unrecordedNote.hidden = what === "runs";
  }

  #start(): void {
    void runsModule.whenLoaded(this.#notices, (module) => {
      if (this.#life.signal.aborted) return;
      const { programs, attributes } = this.#options;
      this.#runs ??= new module.ProgramRuns(programs, attributes, {
        showStatus: (text) => void (this.#status.textContent = text),
        showProgress: (...nodes) => this.#progress.replaceChildren(...nodes),
      });
      void this.#runAll(this.#runs, module);
    });
  }

  async #runAll(runs: ProgramRuns, { describeRuns }: RunsModule): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    enable(this.#run, false);
    enable(this.#stop, true);
    const { clockRate } = this.#clockRate;
    const result = await runs.runAll(clockRate);
    this.#isBusy = false;
    this.#progress.replaceChildren();
    enable(this.#run, true);
    enable(this.#stop, false);
    if (this.#life.signal.aborted) return;
    if (typeof result === "string") {
      this.#status.textContent = result;
      return;
    }
    const { status, timeline, subject } = describeRuns(result, clockRate);
    this.#status.textContent = status;
    this.#back.hidden = this.#recorded.length === 0;
    this.#showProgramsOf("runs");
    await this.#timeline.show(timeline, subject);
  }

  /** Marks a line in the snippet of the lane's program, or in all snippets if there is no lane. */
  #mark(line: number, lane?: Lane): void {
    // Every lane is in a timeline that program_runs.ts has made, so that module has been loaded.
    const program = lane && this.#shown[runsModule.loaded!.runOf(lane.process.id)];
    for (const snippet of document.querySelectorAll<RunnableSnippet>("runnable-snippet")) {
      if (!lane || program?.name === snippet.dataset["name"]) snippet.markLine(line);
    }
  }
}
