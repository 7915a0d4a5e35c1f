/** `<runnable-snippet>`: a snippet on a page. Readers can read it without scripts, which add controls. */
import { markStatic } from "../editor/code_view.ts";
import { Controls } from "./controls.ts";
import type { Draft } from "../session/draft.ts";
import { copyWithNotice, download } from "../kit/copy_and_download.ts";
import { parseRanges } from "../editor/line_ranges.ts";
import { Notices } from "../kit/notices.ts";
import { adviseToRun } from "../output/not_recorded.ts";
import { PageElement } from "../kit/page_element.ts";
import { tabFor } from "../session/tab_state.ts";
import { attachTimeline, recordedAt } from "../timeline/attached_timeline.ts";
import { Workbench } from "./workbench.ts";

export class RunnableSnippet extends PageElement {
  #workbench: Workbench | undefined;

  protected override start(signal: AbortSignal): void {
    const code = this.querySelector<HTMLElement>(".runnable-code");
    const { name, source, lines, native, height } = this.dataset;
    if (!code || name === undefined || source === undefined) return;
    if (height !== undefined) this.style.setProperty("--runnable-lines", height);
    const filename = `${name.slice(name.lastIndexOf("/") + 1)}.py`;
    if (native !== undefined) {
      this.#addCopyAndDownload(code, name, source, filename);
      this.#showRecorded(code, source, signal);
      return;
    }
    const head = this.querySelector<HTMLElement>(".runnable-head");
    const output = this.querySelector<HTMLElement>(".runnable-output");
    if (!head || !output) return;
    const tab = tabFor(this.dataset);
    const draft = tab.drafts.of(name, source);
    const playground = this.dataset["playground"];
    const figure = this.#figure;
    const explorer = this.querySelector<HTMLElement>(":scope > .runnable-orders");
    const { explore } = this.dataset;
    const file = this.querySelector<HTMLAnchorElement>(".runnable-file");
    const isRecorded = this.dataset["unrecorded"] === undefined;
    if (!isRecorded) signal.addEventListener("abort", adviseToRun(output));
    const workbench = new Workbench({
      root: this,
      head,
      code,
      output,
      ...(explorer && explore !== undefined ? { explorer, bound: Number(explore) } : {}),
      ...(figure && file ? { timeline: { figure, traceUrl: traceOf(file) } } : {}),
      traced: this.dataset["timeline"] !== "off",
      tab,
      draft,
      name,
      filename,
      shown: parseRanges(lines ?? ""),
      playground: playground === undefined ? undefined : new URL(playground, document.baseURI),
      resetTo: isRecorded ? "the published code and its recorded output" : "the published code",
    });
    this.#workbench = workbench;
    signal.addEventListener("abort", () => {
      this.#workbench = undefined;
      workbench.close();
    });
    if (draft.isOutdated) this.#offerNewCode(draft, workbench);
  }

  /** Highlights a line of the code and scrolls the code to it; 0 removes the highlight. */
  markLine(line: number): void {
    this.#workbench?.code.mark(line);
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
  #addCopyAndDownload(code: HTMLElement, name: string, source: string, filename: string): void {
    if (this.querySelector(".runnable-controls")) return;
    const notices = new Notices();
    const controls = new Controls(`${name}.py`, {
      Copy: () => void copyWithNotice(source, notices),
      Download: () => download(source, filename),
    });
    code.after(controls.element, notices.element);
  }

  #offerNewCode(draft: Draft, workbench: Workbench): void {
    workbench.notices.post("outdated", "The published code has changed since you edited it.", {
      actions: [
        { label: "Keep my edit", act: () => draft.keep() },
        { label: "Use the new code", act: () => workbench.reset() },
      ],
    });
  }
}

/** Returns the address of the trace, which is published beside the file of the program. */
function traceOf({ href }: HTMLAnchorElement): string {
  return href.replace(/\.py$/, ".trace.json");
}
