/** `<runnable-snippet>`: a snippet on a page. Readers can read it without scripts, which add controls. */
import { markStatic } from "../editor/static_code.ts";
import { LateModule } from "../kit/late_module.ts";
import { Notices } from "../kit/notices.ts";
import { PageElement } from "../kit/page_element.ts";
import { adviseToRun } from "../output/not_recorded.ts";
import { runtimeFolder, whenReaderArrives } from "../session/arrival.ts";
import { attachTimeline, recordedAt } from "../timeline/attached_timeline.ts";
import { Controls } from "./controls.ts";
import { LazyWorkbench } from "./lazy_workbench.ts";

const copyModule = new LateModule(() => import("../kit/copy_and_download.ts"));

export class RunnableSnippet extends PageElement {
  #workbench: LazyWorkbench | undefined;

  protected override start(signal: AbortSignal): void {
    const code = this.querySelector<HTMLElement>(".runnable-code");
    const { name, source, lines, native, height } = this.dataset;
    if (!code || name === undefined || source === undefined) return;
    if (height !== undefined) this.style.setProperty("--runnable-lines", height);
    const filename = `${name.slice(name.lastIndexOf("/") + 1)}.py`;
    if (native !== undefined) {
      this.#addCopyAndDownload(code, name, source, filename, signal);
      this.#showRecorded(code, source, signal);
      return;
    }
    const head = this.querySelector<HTMLElement>(".runnable-head");
    const output = this.querySelector<HTMLElement>(".runnable-output");
    if (!head || !output) return;
    const playground = this.dataset["playground"];
    const figure = this.#figure;
    const explorer = this.querySelector<HTMLElement>(":scope > .runnable-orders");
    const { explore } = this.dataset;
    const file = this.querySelector<HTMLAnchorElement>(".runnable-file");
    const isRecorded = this.dataset["unrecorded"] === undefined;
    if (!isRecorded) signal.addEventListener("abort", adviseToRun(output));
    const workbench = new LazyWorkbench({
      root: this,
      head,
      code,
      output,
      ...(explorer && explore !== undefined ? { explorer, bound: Number(explore) } : {}),
      ...(figure && file ? { timeline: { figure, traceUrl: traceOf(file) } } : {}),
      traced: this.dataset["timeline"] !== "off",
      name,
      draft: name,
      source,
      outdated: "offer a choice",
      filename,
      lines: lines ?? "",
      playground: playground === undefined ? undefined : new URL(playground, document.baseURI),
      resetTo: isRecorded ? "the published code and its recorded output" : "the published code",
    });
    this.#workbench = workbench;
    signal.addEventListener("abort", () => {
      this.#workbench = undefined;
      workbench.close();
    });
  }

  /** Highlights a line of the code and scrolls the code to it; 0 removes the highlight. */
  markLine(line: number): void {
    this.#workbench?.mark(line);
  }

  get #figure(): HTMLElement | null {
    return this.querySelector(":scope > .runnable-timeline");
  }

  /** Makes the recorded timeline interactive if the snippet itself does not run in browsers. */
  #showRecorded(code: HTMLElement, source: string, signal: AbortSignal): void {
    const file = this.querySelector<HTMLAnchorElement>(".runnable-file");
    if (!this.#figure || !file) return;
    const mark = (line: number): void => markStatic(code, line);
    const timeline = attachTimeline(this.#figure, recordedAt(traceOf(file), source), mark);
    signal.addEventListener("abort", () => timeline.close());
  }

  /** Adds the controls of a snippet that does not run in browsers: readers can copy and download it. */
  #addCopyAndDownload(
    code: HTMLElement,
    name: string,
    source: string,
    filename: string,
    signal: AbortSignal,
  ): void {
    if (this.querySelector(".runnable-controls")) return;
    const notices = new Notices();
    const controls = new Controls(`${name}.py`, {
      Copy: () =>
        void copyModule.whenLoaded(notices, (module) => {
          void module.copyWithNotice(source, notices);
        }),
      Download: () =>
        void copyModule.whenLoaded(notices, (module) => module.download(source, filename)),
    });
    code.after(controls.element, notices.element);
    whenReaderArrives(runtimeFolder(this.dataset), signal, () => copyModule.prefetch());
  }
}

/** Returns the address of the trace, which is published beside the file of the program. */
function traceOf({ href }: HTMLAnchorElement): string {
  return href.replace(/\.py$/, ".trace.json");
}
