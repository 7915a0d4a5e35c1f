/**
 * The panel below a program, in which readers explore the program's interleavings. The panel reports how
 * many interleavings break the program and how they end, shows the steps of one that breaks it, and lets
 * readers choose the steps of a run.
 */
import type { RunEvent } from "../../host/types.ts";
import { button, element } from "../kit/dom.ts";
import { LoadingProgress } from "../kit/loading_progress.ts";
import { finalText } from "../output/terminal.ts";
import type { Draft } from "../session/draft.ts";
import type { Owner, Session } from "../session/session.ts";
import type { ExplorerControl, ExplorerControls } from "./explorer_controls.ts";
import type {
  Exploration,
  ExplorerRequest,
  Group,
  Report,
  ReportReader,
} from "./explorer_program.ts";
import { InterleavingViewer } from "./interleaving_viewer.ts";
import { StepChooser } from "./step_chooser.ts";
import { addStyles } from "../kit/styles.ts";
import styles from "../styles/late/explorer.css";

export interface ExplorerPanelOptions {
  /** The controls. The rest of the panel is put after them. */
  controls: ExplorerControls;
  session: Session;
  draft: Draft;
  /** The name of the snippet, for example `races/last_seat`. */
  name: string;
  filename: string;
  /**
   * The greatest number of forced switches in an interleaving, unless the interleavings are random or the
   * reader chooses the steps. A switch is forced if the thread that was running could have continued.
   */
  bound: number;
  /** Highlights a line of the source; 0 removes the highlight. */
  mark: (line: number) => void;
}

/** The report with which a successful run of the explorer ends. */
type Result = Extract<Report, { type: "exploration" | "run" }>;
type Progress = Extract<Report, { type: "progress" }>;

const OUTDATED = "The code has changed. Explore its interleavings again.";

/** How much of the end of the explorer's stderr is kept for an error message, in UTF-16 units. */
const KEPT_ERRORS = 1000;

export class ExplorerPanel implements Owner {
  readonly title: string;
  readonly #options: ExplorerPanelOptions;
  readonly #controls: ExplorerControls;
  readonly #status = element("p", "runnable-orders-said");
  readonly #results = element("div", "runnable-orders-found");
  readonly #onDraft = (): void => this.#clearOutdated();
  #shown: InterleavingViewer | StepChooser | undefined;
  /** The seed of the last random interleavings. */
  #seed = 0;
  /** The source that was explored last. */
  #source = "";
  #isBusy = false;
  /**
   * The title of the owner that started another run and so ended the explorer's run; undefined if the
   * explorer's run ended in another way.
   */
  #displacedBy: string | undefined;

  /** Puts the panel after the controls. */
  constructor(options: ExplorerPanelOptions) {
    addStyles(styles);
    this.#options = options;
    this.#controls = options.controls;
    this.title = `the explorer on ${options.name}.py`;
    this.#status.setAttribute("role", "status");
    options.controls.element.after(this.#status, this.#results);
    options.draft.subscribe(this.#onDraft);
  }

  /** Does what the reader has asked for with a button. */
  press(control: ExplorerControl): void {
    const { everyBytecode } = this.#controls;
    switch (control) {
      case "explore":
        return void this.#startExploration({
          type: "explore",
          bound: this.#options.bound,
          everyBytecode,
        });
      case "random":
        this.#seed += 1;
        return void this.#startExploration({ type: "random", seed: this.#seed, everyBytecode });
      case "choose":
        return void this.#startChoosing();
      case "stop":
        return this.#options.session.stop(this);
    }
  }

  displaced(by: string): void {
    this.#displacedBy ??= by;
  }

  /** Stops the exploration and removes everything except the controls. */
  close(): void {
    this.#options.session.stop(this);
    this.#options.draft.unsubscribe(this.#onDraft);
    this.#clearResults();
    this.#status.remove();
    this.#results.remove();
  }

  async #startExploration(request: ExplorerRequest): Promise<void> {
    if (this.#isBusy) return;
    this.#clearResults();
    const result = await this.#runExplorer(request);
    if (result?.type === "exploration") this.#showExploration(result.exploration);
  }

  async #startChoosing(): Promise<void> {
    if (this.#isBusy) return;
    this.#clearResults();
    // Each choice runs the program again. All these runs use the mode that the menu shows now.
    const { everyBytecode } = this.#controls;
    const begin = { type: "choose", choices: [], toTheEnd: false, everyBytecode } as const;
    const result = await this.#runExplorer(begin);
    if (result?.type !== "run") return;
    const chooser = new StepChooser({
      run: result.run,
      source: this.#source,
      mark: this.#options.mark,
      runAgain: async (choices, toTheEnd) => {
        const next = await this.#runExplorer({ ...begin, choices, toTheEnd });
        return next?.type === "run" ? next.run : undefined;
      },
    });
    this.#shown = chooser;
    this.#results.append(chooser.element);
    chooser.focus();
  }

  /**
   * Runs the explorer. If there is no result, shows why and returns undefined. Also returns undefined if
   * another run of the explorer is still in progress; then nothing is shown.
   */
  async #runExplorer(request: ExplorerRequest): Promise<Result | undefined> {
    if (this.#isBusy) return undefined;
    this.#begin();
    const { session, draft, filename } = this.#options;
    const source = (this.#source = draft.source);
    let reader: ReportReader | undefined;
    const program = import("./explorer_program.ts").then(
      (loaded) => {
        reader = new loaded.ReportReader();
        return loaded.explorerProgram(source, filename, request);
      },
      () => {
        throw new Error(
          "The explorer could not be loaded. Check your network connection and try again.",
        );
      },
    );
    const loading = new LoadingProgress();
    this.#controls.progress.replaceChildren(...loading.element.childNodes);
    let result: Result | undefined;
    let failure: string | undefined;
    let errors = "";
    let progress: Progress | undefined;
    const isChoosing = request.type === "choose";
    const onReport = (report: Report): void => {
      if (report.type === "failed") {
        failure = report.message;
      } else if (report.type === "progress") {
        progress = report;
        const breaking = String(report.breaking);
        this.#controls.progress.textContent = `${count(report.runs)} tried, ${breaking} broke the program`;
      } else {
        result = report;
      }
    };
    const onEvent = (event: RunEvent): void => {
      switch (event.type) {
        case "loading":
          loading.loading(event.what, event.loaded, event.total);
          break;
        case "started":
          this.#controls.progress.textContent = isChoosing ? "" : "Exploring interleavings…";
          break;
        case "stderr":
          errors = (errors + event.text).slice(-KEPT_ERRORS);
          break;
        case "stdout":
          reader?.read(event.text).forEach(onReport);
      }
    };
    const outcome = await session.run(this, program, onEvent);
    this.#end();
    // When the explorer is stopped, it usually reports what it has found. If it had to be terminated before
    // that, its last report of progress is shown, provided that some interleaving has broken the program.
    if (!result && outcome.type === "stopped" && progress && progress.breaking > 0) {
      result = { type: "exploration", exploration: describeStopped(progress) };
    }
    const by = this.#displacedBy;
    if (result) {
      if (result.type === "exploration" && outcome.type === "stopped" && by !== undefined) {
        result.exploration.result += ` The exploration was stopped because you ran ${by}.`;
      }
      return result;
    }
    if (failure !== undefined) {
      this.#setStatus(failure);
    } else if (outcome.type === "stopped") {
      const stopped = isChoosing ? "Stopped" : `Stopped after ${count(progress?.runs ?? 0)}`;
      this.#setStatus(by === undefined ? `${stopped}.` : `${stopped} because you ran ${by}.`);
    } else if (outcome.type === "failed") {
      this.#setStatus(outcome.message);
    } else {
      this.#setStatus(`The explorer could not run this program. ${lastLine(errors)}`.trim());
    }
    return undefined;
  }

  /** Adapts the controls to a run that begins. */
  #begin(): void {
    this.#isBusy = true;
    this.#displacedBy = undefined;
    this.#controls.showRunning(true);
    this.#setStatus("");
  }

  /** Adapts the controls to the end of a run. */
  #end(): void {
    this.#isBusy = false;
    this.#controls.progress.replaceChildren();
    this.#controls.showRunning(false);
  }

  #setStatus(text: string): void {
    this.#status.textContent = text;
  }

  /** Lists the ways in which interleavings ended, and shows the steps of the first group that has any. */
  #showExploration({ result, groups }: Exploration): void {
    this.#setStatus(result);
    const withSteps = groups.filter(({ steps }) => steps.length > 0);
    const list = element("ul", "runnable-orders-endings");
    const showButtons: HTMLButtonElement[] = [];
    for (const group of groups) {
      const item = element("li", "", element("span", "", `${times(group)} ${group.ending}`));
      if (group.kind !== "ok") item.classList.add("runnable-orders-broken");
      if (group.steps.length > 0 && withSteps.length > 1) {
        const show = button("Show steps", () => this.#showSteps(group, show, showButtons));
        showButtons.push(show);
        item.append(" ", show);
      }
      // The output is worth showing only if it distinguishes this group from others.
      if (group.stdout !== "" && groups.length > 1) {
        item.append(element("pre", "", finalText(group.stdout)));
      }
      list.append(item);
    }
    this.#results.append(list);
    const [first] = withSteps;
    if (first) this.#showSteps(first, showButtons[0], showButtons);
  }

  #showSteps(
    group: Group,
    pressed: HTMLButtonElement | undefined,
    showButtons: readonly HTMLButtonElement[],
  ): void {
    for (const each of showButtons) each.setAttribute("aria-pressed", String(each === pressed));
    this.#shown?.close();
    this.#shown = new InterleavingViewer(group, this.#source, this.#options.mark);
    this.#results.append(this.#shown.element);
  }

  #clearResults(): void {
    this.#shown?.close();
    this.#shown = undefined;
    this.#results.replaceChildren();
  }

  /** Removes the results, which do not belong to the code any more. */
  #clearOutdated(): void {
    if (this.#results.childNodes.length === 0) return;
    this.#clearResults();
    this.#setStatus(OUTDATED);
  }
}

/** Makes the result of an exploration that was stopped, from the last progress that it reported. */
function describeStopped({ runs, breaking, groups }: Progress): Exploration {
  const breaks = breaking === 1 ? "breaks" : "break";
  const many = breaking.toLocaleString("en");
  const result = `Stopped after ${count(runs)}: ${many} of them ${breaks} the program.`;
  return { runs, breaking, result, groups };
}

function count(interleavings: number): string {
  if (interleavings === 1) return "1 interleaving";
  return `${interleavings.toLocaleString("en")} interleavings`;
}

function times({ count }: Group): string {
  return count === 1 ? "Once:" : `${count.toLocaleString("en")} times:`;
}

function lastLine(text: string): string {
  return finalText(text).trim().split("\n").at(-1) ?? "";
}
