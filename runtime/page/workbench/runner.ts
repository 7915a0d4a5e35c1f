/** Runs a widget's program and shows what comes of it. */
import type { Move, Outcome, RunEvent } from "../../host/types.ts";
import type { Controls } from "./controls.ts";
import { describeDifferences, type Fact } from "./differences.ts";
import type { PausedPanel, Standstill } from "./paused_panel.ts";
import type { OutputView } from "../output/output_view.ts";
import { describeClockRate } from "../session/clock_rate.ts";
import { OutputPipeline } from "../output/output_pipeline.ts";
import type { RunTimeline } from "../timeline/run_timeline.ts";
import type { Owner, Session } from "../session/session.ts";
import { rememberInterrupted } from "../session/interrupted_runs.ts";
import { toast } from "../kit/toast.ts";

/** A wait for threads that is shorter than this is not worth a word. */
const WAITING_MS = 500;

/** A run that has come to its end, whichever. */
export interface Ended {
  outcome: Outcome;
  /** What the program printed, to stdout and stderr. */
  text: string;
  /** In which time it ran; empty if that was real. */
  time: string;
  /** The reader let it take step after step, until there was none left. */
  isStepped: boolean;
}

export interface RunnerOptions {
  session: Session;
  controls: Controls;
  output: OutputView;
  timeline: RunTimeline;
  /** Whether runs tell what they do, which costs them something. */
  traced: boolean;
  /** `chess/asynchronous`; the title adds `.py`. */
  name: string;
  filename: string;
  /** Shows how a program that stands still stands; nothing if that cannot be loaded. */
  addPanel: (source: string) => Promise<PausedPanel | undefined>;
  /** Called when a run begins and when it has ended. */
  onChange: () => void;
  onEnd: (ended: Ended) => void;
}

export class Runner implements Owner {
  readonly title: string;
  readonly #options: RunnerOptions;
  #why: string | undefined;
  #busy = false;
  #stopping = false;
  #isPaused = false;
  #isStepped = false;
  /** Of this run, once it has stood still. */
  #panel: Promise<PausedPanel | undefined> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RunnerOptions) {
    this.title = options.name.endsWith(".py") ? options.name : `${options.name}.py`;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#options.session.isRunning(this);
  }

  /** Runs the source unless this widget is running already; resolves when the run is over. */
  async run(source: string, clockRate: number, paused = false): Promise<void> {
    // Busy is longer than running: a run that was stopped still has to come to its end.
    if (this.#busy) return;
    this.#busy = true;
    const { session, output, controls, timeline, traced, filename, onChange } = this.#options;
    this.#why = undefined;
    this.#stopping = false;
    this.#isStepped = paused;
    output.begin(describeClockRate(clockRate));
    const printer = new OutputPipeline(output, filename);
    const facts: Fact[] = [];
    const program = { source, filename, interactive: true, trace: traced, clockRate, paused };
    if (traced) timeline.begin(program);
    const result = session.run(this, program, (event) => {
      if (event.type === "note") facts.push(event);
      else if (event.type === "trace") timeline.take(event);
      else if (event.type === "paused") this.#showPaused(event, source);
      else this.#show(event, printer);
    });
    controls.showRunning(true);
    onChange();
    const outcome = await result;
    clearTimeout(this.#waiting);
    this.#closePanel();
    output.removeInputField();
    await printer.end();
    output.end(outcome, this.#why);
    timeline.end();
    output.differences(describeDifferences(facts));
    controls.showRunning(false);
    this.#busy = false;
    onChange();
    this.#options.onEnd({
      outcome,
      text: printer.text,
      time: describeClockRate(clockRate),
      isStepped: this.#isStepped,
    });
  }

  /** Lets the program stand still, or go on if it does. */
  pause(): void {
    this.#move(this.#isPaused ? "resume" : "pause");
  }

  /** Lets it take one step, and stand still again. */
  step(): void {
    this.#move("step");
  }

  #move(how: Move): void {
    const { session, output, controls, timeline } = this.#options;
    this.#isStepped = how === "step";
    session.move(this, how);
    if (!this.#isPaused || how === "pause") return;
    this.#isPaused = false;
    timeline.goOn();
    controls.showPaused(false);
    if (how !== "resume") return;
    output.showPaused(false);
    this.#closePanel();
  }

  #showPaused(standstill: Standstill, source: string): void {
    const { output, controls, timeline, addPanel } = this.#options;
    if (this.#stopping) return;
    this.#isPaused = true;
    output.showPaused(true);
    timeline.pause(standstill.at);
    controls.showPaused(true);
    this.#panel ??= addPanel(source);
    void this.#panel.then((panel) => this.#isPaused && panel?.show(standstill));
  }

  #closePanel(): void {
    this.#isPaused = false;
    void this.#panel?.then((panel) => panel?.close());
    this.#panel = undefined;
  }

  /** Sends Ctrl-C; pressed again, it ends the program at once. */
  stop(why?: string): void {
    if (!this.isRunning) return;
    this.#why ??= why;
    this.#options.session.stop(this);
    this.#showStopping();
  }

  displaced(by: string): void {
    this.#why ??= `Stopped because you ran ${by}.`;
    this.#showStopping();
  }

  /** Ends a run whose widget is no longer in the page, and says so where the reader is now. */
  leave(): void {
    if (!this.isRunning || this.#stopping) return;
    this.stop("Stopped because you left the page.");
    rememberInterrupted(this.#options.name);
    toast(`${this.title} was stopped because you left its page.`);
  }

  #showStopping(): void {
    const { output } = this.#options;
    this.#stopping = true;
    clearTimeout(this.#waiting);
    output.removeInputField();
    output.setStatus("Stopping…");
  }

  #show(
    event: Exclude<RunEvent, { type: "note" | "trace" | "paused" }>,
    printer: OutputPipeline,
  ): void {
    const { output } = this.#options;
    switch (event.type) {
      case "loading":
        return output.loading(event.what, event.loaded, event.total);
      case "started":
        return output.started(event.version);
      case "stdout":
        return printer.stdout(event.text);
      case "stderr":
        return printer.stderr(event.text);
      case "capped":
        return printer.truncate(`Output cut off after ${event.lines.toLocaleString("en")} lines.`);
      case "input":
        return void this.#ask(printer);
      case "waiting": {
        const threads = event.threads === 1 ? "a thread" : `${String(event.threads)} threads`;
        const say = (): void => output.setStatus(`Waiting for ${threads} to end…`);
        if (!this.#stopping) this.#waiting = setTimeout(say, WAITING_MS);
      }
    }
  }

  async #ask(printer: OutputPipeline): Promise<void> {
    const { output, session } = this.#options;
    // The prompt has to be there first.
    await printer.flush();
    if (!this.isRunning) return;
    output.askForInput((text) => {
      output.removeInputField();
      printer.echo(`${text ?? ""}\n`);
      session.answer(this, text);
    });
  }
}
