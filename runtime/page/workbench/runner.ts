/** Runs the program of a widget and passes its events to the output, the timeline and the controls. */
import type { Move, RunEvent } from "../../host/types.ts";
import type { Controls } from "./controls.ts";
import { ASKS_FOR_PYTHON } from "./asks_for_python.ts";
import type { Fact } from "./differences.ts";
import type { PausedPanel, PausedEvent } from "./paused_panel.ts";
import type { EndedRun } from "./run_ended.ts";
import type { OutputView } from "../output/output_view.ts";
import { describeClockRate } from "../session/clock_rate.ts";
import { OutputPipeline } from "../output/output_pipeline.ts";
import type { RunTimeline } from "../timeline/run_timeline.ts";
import type { Owner, Session } from "../session/session.ts";
import { rememberInterrupted } from "../session/interrupted_runs.ts";
import { toast } from "../kit/toast.ts";

/** The page says that a program waits for its threads only if the program waits longer than this. */
const WAITING_NOTICE_MS = 500;
/** The facts that decide whether the program waits for a client; see `describeServer`. */
const SERVER_FACTS: ReadonlySet<string> = new Set(["serves", "child-serves", "joins-child"]);

export interface RunnerOptions {
  session: Session;
  controls: Controls;
  output: OutputView;
  timeline: RunTimeline;
  /** Whether runs are traced for the timeline, which makes them slower. */
  traced: boolean;
  /** The name of the snippet, for example `tea/brewing`. The title adds `.py`. */
  name: string;
  filename: string;
  /** Identifies the widget when its reader returns to the page; see `placeOf` in interrupted_runs.ts. */
  place: string;
  /** Adds the panel for a paused program to the page; undefined if it cannot be loaded. */
  addPanel: (source: string) => Promise<PausedPanel | undefined>;
  /** Called when a run starts and when it has ended. */
  onChange: () => void;
  onEnd: (ended: EndedRun) => void;
}

export class Runner implements Owner {
  readonly title: string;
  readonly #options: RunnerOptions;
  /** Why the run was stopped, unless the reader stopped it with the button. */
  #stopReason: string | undefined;
  /** Whether a run is in progress, or its outcome is not shown yet. */
  #isBusy = false;
  #isStopping = false;
  #isPaused = false;
  /** See `EndedRun`. */
  #isStepped = false;
  /** The panel of the present run, once the program has been paused. */
  #panel: Promise<PausedPanel | undefined> | undefined;
  #waitingTimer: ReturnType<typeof setTimeout> | undefined;
  /** The output of the present run, or of the last one. */
  #pipeline: OutputPipeline | undefined;

  constructor(options: RunnerOptions) {
    this.title = options.name.endsWith(".py") ? options.name : `${options.name}.py`;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#options.session.isRunning(this);
  }

  /**
   * Runs a program, and resolves when the outcome is shown. Does nothing if the last run is not over yet. If
   * `isPaused` is true, the program pauses before its first step.
   */
  async run(source: string, clockRate: number, isPaused = false): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { session, output, controls, timeline, traced, filename, onChange } = this.#options;
    this.#stopReason = undefined;
    this.#isStopping = false;
    this.#isStepped = isPaused;
    output.begin(describeClockRate(clockRate));
    const pipeline = (this.#pipeline = new OutputPipeline(output, filename));
    const facts: Fact[] = [];
    const program = {
      source,
      filename,
      interactive: true,
      trace: traced,
      clockRate,
      paused: isPaused,
    };
    if (traced) timeline.begin(program);
    const result = session.run(this, program, (event) => {
      if (event.type === "note") facts.push(event);
      else if (event.type === "trace") timeline.take(event);
      else if (event.type === "paused") this.#showPaused(event, source);
      else this.#show(event, pipeline);
      if (event.type === "started") void this.#compareVersion(source, event.version, pipeline);
      if (event.type === "note" && SERVER_FACTS.has(event.fact))
        void this.#showServer(facts, pipeline);
    });
    controls.showRunning(true);
    onChange();
    const outcome = await result;
    clearTimeout(this.#waitingTimer);
    this.#closePanel();
    output.removeInputField();
    await pipeline.end();
    const differences = await describe(facts);
    output.end(outcome, this.#stopReason);
    timeline.end();
    output.differences(differences);
    controls.showRunning(false);
    this.#isBusy = false;
    onChange();
    this.#options.onEnd({
      outcome,
      text: pipeline.text,
      clockRate: describeClockRate(clockRate),
      isStepped: this.#isStepped,
    });
  }

  /** Shows immediately that the program waits for a client, or removes that sentence. */
  async #showServer(facts: readonly Fact[], pipeline: OutputPipeline): Promise<void> {
    const loaded = await import("./differences.ts").catch(() => undefined);
    // In the meantime, the run may have ended.
    if (!this.isRunning || this.#isStopping || pipeline !== this.#pipeline) return;
    this.#options.output.hint(loaded?.describeServer(facts));
  }

  /** If the program asks for another version of Python, shows a sentence about that. */
  async #compareVersion(source: string, version: string, pipeline: OutputPipeline): Promise<void> {
    if (!ASKS_FOR_PYTHON.test(source)) return;
    // If the module cannot be loaded, the program runs without this note.
    const loaded = await import("../../host/needs/requirements.ts").catch(() => undefined);
    const mismatch = loaded?.describePythonMismatch(source, version);
    // In the meantime, another run may have begun.
    if (mismatch === undefined || pipeline !== this.#pipeline) return;
    this.#options.output.preface(mismatch);
  }

  /** Pauses the program, or resumes it if it is paused. */
  pause(): void {
    this.#move(this.#isPaused ? "resume" : "pause");
  }

  /** Runs one step, which is a callback or a time slice, and pauses the program again; see `Move`. */
  step(): void {
    this.#move("step");
  }

  #move(move: Move): void {
    const { session, output, controls, timeline } = this.#options;
    this.#isStepped = move === "step";
    session.move(this, move);
    if (!this.#isPaused || move === "pause") return;
    this.#isPaused = false;
    timeline.resume();
    controls.showPaused(false);
    if (move !== "resume") return;
    output.showPaused(false);
    this.#closePanel();
  }

  #showPaused(event: PausedEvent, source: string): void {
    const { output, controls, timeline, addPanel } = this.#options;
    if (this.#isStopping) return;
    this.#isPaused = true;
    output.showPaused(true);
    timeline.pause(event.at);
    controls.showPaused(true);
    this.#panel ??= addPanel(source);
    void this.#panel.then((panel) => this.#isPaused && panel?.show(event));
  }

  #closePanel(): void {
    this.#isPaused = false;
    void this.#panel?.then((panel) => panel?.close());
    this.#panel = undefined;
  }

  /** Interrupts the program as Ctrl+C does. A second call ends it immediately. */
  stop(why?: string): void {
    if (!this.isRunning) return;
    this.#stopReason ??= why;
    this.#options.session.stop(this);
    this.#showStopping();
  }

  displaced(by: string): void {
    this.#stopReason ??= `Stopped because you ran ${by}.`;
    this.#showStopping();
  }

  /**
   * Stops the run because the reader has left the page, reports that in a toast, and remembers it for when
   * the reader returns. Does nothing if there is no run, or if the run is being stopped already.
   */
  leave(): void {
    if (!this.isRunning || this.#isStopping) return;
    this.stop("Stopped because you left the page.");
    rememberInterrupted(this.#options.place);
    toast(`${this.title} was stopped because you left its page.`);
  }

  #showStopping(): void {
    const { output } = this.#options;
    this.#isStopping = true;
    clearTimeout(this.#waitingTimer);
    output.removeInputField();
    output.setStatus("Stopping…");
  }

  #show(
    event: Exclude<RunEvent, { type: "note" | "trace" | "paused" }>,
    pipeline: OutputPipeline,
  ): void {
    const { output } = this.#options;
    switch (event.type) {
      case "loading":
        return output.loading(event.what, event.loaded, event.total);
      case "started":
        return output.started(event.version);
      case "stdout":
        return pipeline.stdout(event.text);
      case "stderr":
        return pipeline.stderr(event.text);
      case "capped":
        return pipeline.truncate(`Output cut off after ${event.lines.toLocaleString("en")} lines.`);
      case "input":
        return void this.#ask(pipeline);
      case "waiting": {
        const threads = event.threads === 1 ? "a thread" : `${String(event.threads)} threads`;
        const show = (): void => output.setStatus(`Waiting for ${threads} to end…`);
        if (!this.#isStopping) this.#waitingTimer = setTimeout(show, WAITING_NOTICE_MS);
      }
    }
  }

  /** Asks the reader for a line of input. */
  async #ask(pipeline: OutputPipeline): Promise<void> {
    const { output, session } = this.#options;
    // The prompt of the program may not be on the page yet.
    await pipeline.flush();
    if (!this.isRunning) return;
    output.askForInput((text) => {
      output.removeInputField();
      pipeline.echo(`${text ?? ""}\n`);
      session.answer(this, text);
    });
  }
}

/** Returns the lines about differences from CPython; none if the module with the texts cannot be loaded. */
async function describe(facts: readonly Fact[]): Promise<string[]> {
  if (facts.length === 0) return [];
  const loaded = await import("./differences.ts").catch(() => undefined);
  return loaded?.describeDifferences(facts) ?? [];
}
