/**
 * Puts together the code, the controls, the output and the timeline of one program, for snippets and for
 * the playground.
 */
import { stackSwitching } from "../../protocol/stack_switching.ts";
import { CodeView } from "../editor/code_view.ts";
import { Controls, type Control } from "./controls.ts";
import { element, freshId } from "../kit/dom.ts";
import type { Draft } from "../session/draft.ts";
import type { PausedPanel } from "./paused_panel.ts";
import { copyWithNotice, download } from "../kit/copy_and_download.ts";
import type { LineRange } from "../editor/line_ranges.ts";
import { Notices } from "../kit/notices.ts";
import { whenRunIsLikely } from "../kit/run_intent.ts";
import { OutputView } from "../output/output_view.ts";
import { ClockRateMenu } from "../session/clock_rate.ts";
import { RunTimeline } from "../timeline/run_timeline.ts";
import { Runner, type EndedRun } from "./runner.ts";
import { offerLink } from "./offer_link.ts";
import { placeOf, takeInterrupted } from "../session/interrupted_runs.ts";
import type { Tab } from "../session/tab_state.ts";

export interface WorkbenchOptions {
  /** The custom element, which contains the elements of the following options. */
  root: HTMLElement;
  /** The line above the code, with the name of the file. */
  head: HTMLElement;
  code: HTMLElement;
  output: HTMLElement;
  /** The figure of the recorded timeline, and the address of the recorded trace. */
  timeline?: { figure: HTMLElement; traceUrl: string };
  /** The element that will hold the explorer of interleavings. */
  explorer?: HTMLElement;
  /** The most forced switches per interleaving that the explorer tries; see `ExplorerPanelOptions`. */
  bound?: number;
  /** Whether runs are traced for the timeline. */
  traced: boolean;
  tab: Tab;
  draft: Draft;
  /** The name of the snippet, for example `tea/brewing`. */
  name: string;
  filename: string;
  /** The lines of the published source that are shown at first; empty for all of them. */
  shown: LineRange[];
  /** The page that opens shared code; without it, there is no Share button. */
  playground: URL | undefined;
  /** How the notice after Reset names what Reset has restored. */
  resetTo: string;
}

/** How long readers can undo Reset. */
const UNDO_NOTICE_MS = 30_000;

/** An event that a widget dispatches when a run has ended. Its `detail` is an `EndedRun`. */
export const RUN_ENDED = "runnable:ended";

const KEYS =
  "Escape leaves the editor, Ctrl+Enter runs the code, Ctrl+] indents, Ctrl+[ dedents, Tab moves on.";
const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

export class Workbench {
  readonly notices = new Notices();
  readonly code: CodeView;
  readonly #options: WorkbenchOptions;
  readonly #controls: Controls;
  readonly #clockRate: ClockRateMenu;
  readonly #output: OutputView;
  readonly #timeline: RunTimeline;
  readonly #runner: Runner;
  /** Contains the controls, and the hint that explains the keys. */
  readonly #bar: HTMLElement;
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

  constructor(options: WorkbenchOptions) {
    this.#options = options;
    this.#place = placeOf(options.root.id, options.draft);
    const { root, code, output, tab, draft, name, filename, head, shown } = options;
    const hint = element("p", "runnable-hint", isMac() ? KEYS.replaceAll("Ctrl", "Cmd") : KEYS);
    hint.id = freshId();
    const actions: Partial<Record<Control, () => void>> = {
      Run: () => void this.run(),
      Stop: () => this.#runner.stop(),
      ...(stackSwitching ? { Pause: () => this.#runner.pause(), Step: () => this.#step() } : {}),
      Reset: () => this.reset(),
      Copy: () => void copyWithNotice(draft.source, this.notices),
      Download: () => download(draft.source, filename),
    };
    if (options.playground) actions.Share = () => void this.#share();
    this.#clockRate = new ClockRateMenu(`${name}.py`, this.#end.signal);
    this.#controls = new Controls(`${name}.py`, actions, this.#clockRate.element);
    this.#output = new OutputView(output, {
      filename,
      href: root.id === "" ? "" : `#${root.id}`,
      go: (line) => void this.code.goTo(line),
    });
    this.#timeline = new RunTimeline({
      figure: options.timeline?.figure ?? null,
      after: output,
      traceUrl: options.timeline?.traceUrl,
      source: draft.original,
      markLine: (line) => this.code.mark(line),
    });
    this.#runner = new Runner({
      session: tab.session,
      controls: this.#controls,
      output: this.#output,
      timeline: this.#timeline,
      traced: options.traced,
      name,
      filename,
      place: this.#place,
      addPanel: (source) => this.#addPanel(source),
      onChange: () => this.#update(),
      onEnd: (ended) => {
        this.#hasSteppedToEnd = ended.isStepped && ended.outcome.type === "finished";
        this.#dispatchEnded(ended);
      },
    });
    this.#bar = element("div", "runnable-bar", this.#controls.element, hint);
    code.after(this.#bar, this.notices.element);
    head.append(this.#marker);
    this.code = new CodeView({
      parent: code,
      draft,
      shown,
      label: `Code of ${name}.py, editable`,
      describedBy: hint.id,
      onEscape: () => this.#controls.get("Run")?.focus(),
      onLine: (line) => this.#timeline.mark(line),
      onPlain: () =>
        this.notices.post(
          "plain",
          "The editor could not be loaded. You can change and run the code in this plain text field.",
        ),
    });
    if (options.explorer) void this.#addExplorer(options.explorer, options.bound ?? 0);
    draft.subscribe(this.#onDraft);
    draft.onNotSaved = () =>
      this.notices.post(
        "not-saved",
        "This browser does not store your edits: they are lost when you close the page.",
      );
    this.#listen();
    this.#controls.showRunning(false);
    this.#update();
    this.#reportInterruptedRun();
  }

  /** Runs the reader's draft. If `isPaused` is true, the program pauses before its first step. */
  run(isPaused = false): Promise<void> {
    this.notices.clear("undo");
    this.#forgetEnd();
    return this.#runner.run(this.#options.draft.source, this.#clockRate.clockRate, isPaused);
  }

  stop(): void {
    this.#runner.stop();
  }

  /** Runs the program to its next stop. If it is not running, starts it and pauses it immediately. */
  #step(): void {
    if (this.#runner.isRunning) return this.#runner.step();
    if (!this.#hasSteppedToEnd) return void this.run(true);
    // A reader who presses Step repeatedly would otherwise restart the program and lose its output.
    this.#hasSteppedToEnd = false;
    this.notices.post("ended", "The program has ended. Press Step again to restart it.");
  }

  /** Notes that Step may start the program again. */
  #forgetEnd(): void {
    this.#hasSteppedToEnd = false;
    this.notices.clear("ended");
  }

  async #addPanel(source: string): Promise<PausedPanel | undefined> {
    const loaded = await import("./paused_panel.ts").catch(() => undefined);
    if (!loaded) {
      this.notices.post(
        "panel",
        "The view of the paused program could not be loaded. Check your network connection.",
      );
      return undefined;
    }
    const panel = new loaded.PausedPanel(source, (line) => this.code.mark(line));
    this.#bar.after(panel.element);
    return panel;
  }

  /** Stops the run, saves the draft and restores the static HTML, because the widget leaves the page. */
  close(): void {
    this.#runner.leave();
    this.#options.draft.flush();
    this.#options.draft.unsubscribe(this.#onDraft);
    this.code.close();
    this.#end.abort();
    this.#output.close();
    this.#timeline.close();
    for (const added of [this.#bar, this.notices.element, this.#marker]) added.remove();
  }

  /** Restores the published code and the recording, and offers to undo that. */
  reset(): void {
    const { draft, resetTo } = this.#options;
    const wasLive = this.#output.isLive;
    this.#runner.stop();
    const before = draft.reset();
    this.#output.showRecording();
    this.#timeline.showRecorded();
    this.code.mark(0);
    this.#forgetEnd();
    this.notices.clear("outdated");
    this.#update();
    const undo = (): void => {
      draft.set(before);
      if (wasLive) {
        this.#output.showLive();
        this.#timeline.showLive();
      }
      this.#update();
      this.#controls.get("Reset")?.focus();
    };
    this.notices.post("undo", `Reset to ${resetTo}.`, {
      actions: [{ label: "Undo", act: undo }],
      lasts: UNDO_NOTICE_MS,
    });
  }

  async #addExplorer(parent: HTMLElement, bound: number): Promise<void> {
    const { tab, draft, name, filename } = this.#options;
    const loaded = await import("../interleavings/explorer_panel.ts").catch(() => undefined);
    if (!loaded || this.#end.signal.aborted) return;
    const mark = (line: number): void => this.code.mark(line);
    const explorer = new loaded.ExplorerPanel({
      parent,
      session: tab.session,
      draft,
      name,
      filename,
      bound,
      mark,
    });
    this.#end.signal.addEventListener("abort", () => explorer.close());
  }

  async #share(): Promise<void> {
    const { draft, playground } = this.#options;
    if (!playground) return;
    await offerLink(draft.source, playground, this.notices, () =>
      this.#controls.get("Share")?.focus(),
    );
  }

  #listen(): void {
    const { root } = this.#options;
    const { signal } = this.#end;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopPropagation();
      void this.run();
    };
    // Capture the key before the editor sees it, and before it presses a focused button.
    root.addEventListener("keydown", onKey, { capture: true, signal });
    whenRunIsLikely(root, this.#bar, signal, () =>
      this.#options.tab.session.prepare(this.#options.draft.source),
    );
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

  #update(): void {
    const { isEdited } = this.#options.draft;
    this.#marker.hidden = !isEdited;
    this.#controls.enable("Reset", isEdited || this.#output.isLive);
  }
}
