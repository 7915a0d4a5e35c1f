/**
 * Puts together the code, the controls, the output and the timeline of one program, for snippets and for
 * the playground.
 */
import { CodeView } from "../editor/code_view.ts";
import type { Control } from "./controls.ts";
import { element } from "../kit/dom.ts";
import type { Draft } from "../session/draft.ts";
import type { PausedPanel } from "./paused_panel.ts";
import { copyWithNotice, download } from "../kit/copy_and_download.ts";
import { parseRanges } from "../editor/line_ranges.ts";
import type { ExplorerControl, ExplorerControls } from "../interleavings/explorer_controls.ts";
import type { ExplorerPanel } from "../interleavings/explorer_panel.ts";
import type { Notices } from "../kit/notices.ts";
import { OutputView } from "../output/output_view.ts";
import type { AttachedTimeline } from "../timeline/attached_timeline.ts";
import { RunTimeline } from "../timeline/run_timeline.ts";
import { Runner } from "./runner.ts";
import { offerLink } from "./offer_link.ts";
import { placeOf, takeInterrupted } from "../session/interrupted_runs.ts";
import { tabFor, type Tab } from "../session/tab_state.ts";
import { RUN_ENDED, type EndedRun } from "./run_ended.ts";
import type { WorkbenchParts } from "./workbench_parts.ts";
import { addStyles } from "../kit/styles.ts";
import terminalStyles from "../styles/late/ansi.css";
import styles from "../styles/late/run.css";

type ExplorerModule = typeof import("../interleavings/explorer_panel.ts");

export interface WorkbenchOptions {
  /** The custom element, which contains the elements of the following options. */
  root: HTMLElement;
  /** The line above the code, with the name of the file. */
  head: HTMLElement;
  /** The element `.runnable-code`. */
  code: HTMLElement;
  /** The element `.runnable-output`. */
  output: HTMLElement;
  /** The element that holds the explorer of interleavings, if the page has one. */
  explorer?: HTMLElement;
  /** The most forced switches per interleaving that the explorer tries; see `ExplorerPanelOptions`. */
  bound?: number;
  /** Whether runs are traced for the timeline. */
  traced: boolean;
  /** The name of the snippet, for example `tea/brewing`. */
  name: string;
  /** The name of the draft that keeps the reader's edits; for a snippet, the same as `name`. */
  draft: string;
  /** The published source. */
  source: string;
  /** What happens to an edit of an earlier version of the published source. */
  outdated: "offer a choice" | "keep" | "reset";
  filename: string;
  /** The ranges of lines that are shown at first, as in `data-lines`; empty for all lines. */
  lines: string;
  /** The page that opens shared code; without it, there is no Share button. */
  playground: URL | undefined;
  /** How the notice after Reset names what Reset has restored. */
  resetTo: string;
}

/** How long readers can undo Reset. */
const UNDO_NOTICE_MS = 30_000;

export class Workbench {
  readonly code: CodeView;
  readonly #options: WorkbenchOptions;
  readonly #parts: WorkbenchParts;
  readonly #tab: Tab;
  readonly #draft: Draft;
  readonly #output: OutputView;
  readonly #timeline: RunTimeline;
  readonly #runner: Runner;
  /** The explorer, once the reader has used it. */
  #explorer: ExplorerPanel | undefined;
  /** Says that the code has been edited. */
  readonly #marker = element("span", "runnable-edited", "edited");
  /** Aborted when the workbench is closed. */
  readonly #end = new AbortController();
  readonly #place: string;
  /** Whether the reader has stepped to the end of the program, and no notice has reported it yet. */
  #hasSteppedToEnd = false;
  readonly #onDraft = (): void => {
    this.#forgetEnd();
    this.#update();
  };

  /**
   * Makes a workbench interactive.
   *
   * @param options - What the page contains, and what the workbench does with it.
   * @param parts - The parts that readers have seen so far.
   * @param recorded - The recorded timeline, if the page has one.
   */
  constructor(
    options: WorkbenchOptions,
    parts: WorkbenchParts,
    recorded: AttachedTimeline | undefined,
  ) {
    addStyles(terminalStyles);
    addStyles(styles);
    this.#options = options;
    this.#parts = parts;
    const { root, code, output, name, filename, head, source, outdated } = options;
    this.#tab = tabFor(root.dataset);
    const draft = (this.#draft = this.#tab.drafts.of(options.draft, source));
    if (draft.isOutdated && outdated === "reset") draft.reset();
    this.#place = placeOf(root.id, draft);
    this.#output = new OutputView(output, {
      filename,
      href: root.id === "" ? "" : `#${root.id}`,
      go: (line) => void this.code.goTo(line),
    });
    this.#timeline = new RunTimeline({
      recorded,
      after: output,
      markLine: (line) => this.code.mark(line),
    });
    this.#runner = new Runner({
      session: this.#tab.session,
      controls: parts.controls,
      output: this.#output,
      timeline: this.#timeline,
      traced: options.traced,
      name,
      filename,
      place: this.#place,
      addPanel: (text) => this.#addPanel(text),
      onChange: () => this.#update(),
      onEnd: (ended) => {
        this.#hasSteppedToEnd = ended.isStepped && ended.outcome.type === "finished";
        this.#dispatchEnded(ended);
      },
    });
    head.append(this.#marker);
    this.code = new CodeView({
      parent: code,
      draft,
      shown: parseRanges(options.lines),
      labels: parts.labels,
      onEscape: () => parts.controls.get("Run")?.focus(),
      onLine: (line) => this.#timeline.mark(line),
      onPlain: () =>
        this.#notices.post(
          "plain",
          "The editor could not be loaded. You can change and run the code in this plain text field.",
        ),
    });
    draft.subscribe(this.#onDraft);
    draft.onNotSaved = () =>
      this.#notices.post(
        "not-saved",
        "This browser does not store your edits: they are lost when you close the page.",
      );
    this.#listen();
    this.#update();
    this.#reportInterruptedRun();
    if (draft.isOutdated && outdated === "offer a choice") this.#offerNewCode();
  }

  get #notices(): Notices {
    return this.#parts.notices;
  }

  /** Does what the reader has asked for with a button. */
  press(control: Control): void {
    switch (control) {
      case "Run":
        return void this.run();
      case "Stop":
        return this.stop();
      case "Pause":
        return this.#runner.pause();
      case "Step":
        return this.#step();
      case "Reset":
        return this.reset();
      case "Copy":
        return void copyWithNotice(this.#draft.source, this.#notices);
      case "Download":
        return download(this.#draft.source, this.#options.filename);
      case "Share":
        return void this.#share();
    }
  }

  /** Loads and starts what a run will need. */
  prepare(): void {
    this.#tab.session.prepare(this.#draft.source);
  }

  /** Runs the reader's draft. If `isPaused` is true, the program pauses before its first step. */
  run(isPaused = false): Promise<void> {
    this.#notices.clear("undo");
    this.#forgetEnd();
    return this.#runner.run(this.#draft.source, this.#parts.clockRate.clockRate, isPaused);
  }

  stop(): void {
    this.#runner.stop();
  }

  /**
   * Runs one step of the program; see `Runner.step`. If the program is not running, starts it, and pauses
   * it immediately. If the reader has just stepped to the end of the program, a notice asks
   * for another press first.
   */
  #step(): void {
    if (this.#runner.isRunning) return this.#runner.step();
    if (!this.#hasSteppedToEnd) return void this.run(true);
    // A reader who presses Step repeatedly would otherwise restart the program and lose its output.
    this.#hasSteppedToEnd = false;
    this.#notices.post("ended", "The program has ended. Press Step again to restart it.");
  }

  /** Lets Step start the program again without the notice that the program has ended. */
  #forgetEnd(): void {
    this.#hasSteppedToEnd = false;
    this.#notices.clear("ended");
  }

  async #addPanel(source: string): Promise<PausedPanel | undefined> {
    const loaded = await import("./paused_panel.ts").catch(() => undefined);
    if (!loaded) {
      this.#notices.post(
        "panel",
        "The view of the paused program could not be loaded. Check your network connection.",
      );
      return undefined;
    }
    const panel = new loaded.PausedPanel(source, (line) => this.code.mark(line));
    this.#parts.bar.after(panel.element);
    return panel;
  }

  /** Stops the run, saves the draft and restores the static HTML, because the widget leaves the page. */
  close(): void {
    this.#runner.leave();
    this.#draft.flush();
    this.#draft.unsubscribe(this.#onDraft);
    this.code.close();
    this.#explorer?.close();
    this.#end.abort();
    this.#output.close();
    this.#timeline.close();
    this.#marker.remove();
  }

  /**
   * Stops the run, shows the published code and the recording again, and offers to bring back the code
   * and the output that they replace.
   */
  reset(): void {
    const draft = this.#draft;
    const { resetTo } = this.#options;
    const wasLive = this.#output.isLive;
    this.#runner.stop();
    const before = draft.reset();
    this.#output.showRecording();
    this.#timeline.showRecorded();
    this.code.mark(0);
    this.#forgetEnd();
    this.#notices.clear("outdated");
    this.#update();
    const undo = (): void => {
      draft.set(before);
      if (wasLive) {
        this.#output.showLive();
        this.#timeline.showLive();
      }
      this.#update();
      this.#parts.controls.get("Reset")?.focus();
    };
    this.#notices.post("undo", `Reset to ${resetTo}.`, {
      actions: [{ label: "Undo", act: undo }],
      lasts: UNDO_NOTICE_MS,
    });
  }

  /** Does what the reader has asked for with a button of the explorer. */
  explore(
    { ExplorerPanel }: ExplorerModule,
    controls: ExplorerControls,
    press: ExplorerControl,
  ): void {
    const { name, filename, bound = 0 } = this.#options;
    this.#explorer ??= new ExplorerPanel({
      controls,
      session: this.#tab.session,
      draft: this.#draft,
      name,
      filename,
      bound,
      mark: (line) => this.code.mark(line),
    });
    this.#explorer.press(press);
  }

  async #share(): Promise<void> {
    const { playground } = this.#options;
    if (!playground) return;
    await offerLink(this.#draft.source, playground, this.#notices, () =>
      this.#parts.controls.get("Share")?.focus(),
    );
  }

  #listen(): void {
    const { signal } = this.#end;
    window.addEventListener("pagehide", () => this.#runner.leave(), { signal });
    window.addEventListener("pageshow", () => this.#reportInterruptedRun(), { signal });
  }

  /** Informs other elements of the page, for example a question, that a run has ended. */
  #dispatchEnded(ended: EndedRun): void {
    const { root } = this.#options;
    root.dispatchEvent(new CustomEvent<EndedRun>(RUN_ENDED, { bubbles: true, detail: ended }));
  }

  #reportInterruptedRun(): void {
    if (!takeInterrupted(this.#place) || this.#output.isLive) return;
    this.#output.prependNote("Your last run was stopped because you left the page.");
  }

  #offerNewCode(): void {
    this.#notices.post("outdated", "The published code has changed since you edited it.", {
      actions: [
        { label: "Keep my edit", act: () => this.#draft.keep() },
        { label: "Use the new code", act: () => this.reset() },
      ],
    });
  }

  #update(): void {
    const { isEdited } = this.#draft;
    this.#marker.hidden = !isEdited;
    this.#parts.controls.enable("Reset", isEdited || this.#output.isLive);
  }
}
