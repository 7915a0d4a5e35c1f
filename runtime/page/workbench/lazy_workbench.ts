/**
 * A workbench of which only the visible parts exist at first. Everything else is in workbench.ts, which is
 * loaded when there is a sign of a reader, or immediately if there is an edit or a note to show. If the reader
 * presses a button before that, the page reacts as soon as the module is loaded.
 */
import { hasSelection, markStatic } from "../editor/static_code.ts";
import { LateModule } from "../kit/late_module.ts";
import { whenRunIsLikely } from "../kit/run_intent.ts";
import { runtimeFolder, whenReaderArrives } from "../session/arrival.ts";
import { mayBeInterrupted } from "../session/interrupted_places.ts";
import { browserStorage, readEdit } from "../session/stored_edit.ts";
import {
  attachTimeline,
  recordedAt,
  type AttachedTimeline,
} from "../timeline/attached_timeline.ts";
import type { ExplorerControl, ExplorerControls } from "../interleavings/explorer_controls.ts";
import type { Workbench, WorkbenchOptions } from "./workbench.ts";
import { WorkbenchParts } from "./workbench_parts.ts";

const workbenchModule = new LateModule(() => import("./workbench.ts"));
const explorerModule = new LateModule(() => import("../interleavings/explorer_panel.ts"));

export interface LazyWorkbenchOptions extends WorkbenchOptions {
  /** The figure of the recorded timeline, and the address of the recorded trace. */
  timeline?: { figure: HTMLElement; traceUrl: string };
}

export class LazyWorkbench {
  readonly #options: LazyWorkbenchOptions;
  readonly #parts: WorkbenchParts;
  readonly #recorded: AttachedTimeline | undefined;
  /** Aborted when the workbench is closed. */
  readonly #end = new AbortController();
  /** Aborted when the loaded workbench begins to handle clicks on the code, or when the widget closes. */
  readonly #opened = new AbortController();
  #workbench: Workbench | undefined;

  constructor(options: LazyWorkbenchOptions) {
    this.#options = options;
    const { root, code, name, source, playground, timeline } = options;
    const { signal } = this.#end;
    this.#parts = new WorkbenchParts({
      code,
      name,
      shares: playground !== undefined,
      signal,
      press: (control) => this.#use((workbench) => workbench.press(control)),
    });
    if (timeline) {
      const fetchRecorded = recordedAt(timeline.traceUrl, source);
      this.#recorded = attachTimeline(timeline.figure, fetchRecorded, (line) => this.mark(line));
    }
    this.#listen();
    if (options.explorer) void this.#addExplorer(options.explorer, name);
    if (workbenchModule.loaded || this.#needsWorkbench()) this.#prefetch();
    else whenReaderArrives(runtimeFolder(root.dataset), signal, () => this.#prefetch());
  }

  /** Highlights a line of the code; 0 removes the highlight. Static code also scrolls to the line. */
  mark(line: number): void {
    if (this.#workbench) this.#workbench.code.mark(line);
    else markStatic(this.#options.code, line);
  }

  /** Opens the editor without focusing it. */
  showEditor(): void {
    this.#use((workbench) => void workbench.code.show());
  }

  /** Stops the run, if there is one. */
  stop(): void {
    this.#workbench?.stop();
  }

  /** Stops the run, saves the draft and restores the static HTML, because the widget leaves the page. */
  close(): void {
    this.#end.abort();
    this.#opened.abort();
    this.#workbench?.close();
    this.#recorded?.close();
    this.#parts.remove();
  }

  /**
   * Whether the reader should see what only the loaded workbench can show: an edit, or a note that the
   * last run was interrupted.
   */
  #needsWorkbench(): boolean {
    const { root, draft } = this.#options;
    const site = runtimeFolder(root.dataset).pathname;
    return readEdit(browserStorage(), site, draft) !== undefined || mayBeInterrupted(root.id);
  }

  /** Adds the controls of the explorer; the page has reserved space for them. */
  async #addExplorer(parent: HTMLElement, name: string): Promise<void> {
    // Only pages with an explorer load this module.
    const loaded = await import("../interleavings/explorer_controls.ts").catch(() => undefined);
    const { signal } = this.#end;
    if (!loaded || signal.aborted) return;
    const press = (control: ExplorerControl): void => this.#explore(controls, control);
    const controls = new loaded.ExplorerControls(parent, name, press);
    signal.addEventListener("abort", () => controls.remove());
    const { dataset } = this.#options.root;
    whenReaderArrives(runtimeFolder(dataset), signal, () => explorerModule.prefetch());
  }

  #explore(controls: ExplorerControls, control: ExplorerControl): void {
    void explorerModule.whenLoaded(this.#parts.notices, (module) => {
      this.#use((workbench) => workbench.explore(module, controls, control));
    });
  }

  /** Loads the workbench before the reader needs it. */
  #prefetch(): void {
    const { loaded } = workbenchModule;
    if (loaded) this.#open(loaded);
    else
      void workbenchModule.load().then(
        (module) => this.#open(module),
        () => undefined,
      );
  }

  #open({ Workbench }: typeof import("./workbench.ts")): Workbench | undefined {
    if (this.#end.signal.aborted) return undefined;
    this.#opened.abort();
    this.#workbench ??= new Workbench(this.#options, this.#parts, this.#recorded);
    return this.#workbench;
  }

  /** Does what the reader has asked for, as soon as the workbench has been loaded. */
  #use(act: (workbench: Workbench) => void): void {
    void workbenchModule.whenLoaded(this.#parts.notices, (module) => {
      const workbench = this.#open(module);
      if (workbench) act(workbench);
    });
  }

  #listen(): void {
    const { root, code } = this.#options;
    const { signal } = this.#end;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#use((workbench) => void workbench.run());
    };
    // Capture the key before the editor sees it, and before the key can press a focused button.
    root.addEventListener("keydown", onKey, { capture: true, signal });
    whenRunIsLikely(root, this.#parts.bar, signal, () => {
      workbenchModule.load().then(
        (module) => this.#open(module)?.prepare(),
        () => undefined,
      );
    });
    const opened = { signal: this.#opened.signal };
    const edit = (): void => this.#use((workbench) => void workbench.code.open());
    const onClick = ({ clientX: x, clientY: y }: MouseEvent): void => {
      if (hasSelection(code)) return;
      code.focus({ preventScroll: true });
      this.#use((workbench) => void workbench.code.openAt(x, y));
    };
    code.addEventListener("click", onClick, opened);
    // A press of the mouse focuses the code as well, but may begin a selection, so it is ignored here.
    code.addEventListener("focus", () => code.matches(":focus-visible") && edit(), opened);
  }
}
