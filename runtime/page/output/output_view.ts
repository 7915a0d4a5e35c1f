/** The Output region: the recording until the first Run, then what the reader's own run prints. */
import type { Outcome } from "../../host/types.ts";
import { createInputField, type Answer, type Question } from "./input_field.ts";
import { element } from "../kit/dom.ts";
import { linkLines, type LineLinks } from "./line_links.ts";
import { LoadingProgress } from "../kit/loading_progress.ts";
import type { Piece } from "./frame_batcher.ts";

const STOPPED = "runnable-stopped";
const FORCED = "kept running after Ctrl+C, so its interpreter was terminated.";

/** After so many characters a new block begins, so that the browser lays out only the last one. */
const BLOCK_TEXT = 8_000;

export class OutputView {
  readonly #region: HTMLElement;
  readonly #links: LineLinks;
  readonly #recording: Node[];
  readonly #observer = new ResizeObserver(() => this.#letScroll());
  #live = element("div", "runnable-live");
  #origin = element("p", "runnable-origin");
  #progress = new LoadingProgress();
  #text = element("pre", "");
  #block: HTMLElement | undefined;
  #question: Question | undefined;
  /** Of Python, once it runs. */
  #version = "";
  #time = "";
  #blockLength = 0;
  #atLineStart = true;
  #printed = false;

  constructor(region: HTMLElement, links: LineLinks) {
    this.#region = region;
    this.#links = links;
    for (const recorded of region.querySelectorAll<HTMLElement>(".runnable-stderr")) {
      linkLines(recorded, links);
    }
    // The region scrolls as a whole, and is in the keyboard's way only when it does.
    region.querySelector("pre")?.removeAttribute("tabindex");
    this.#recording = [...region.childNodes];
    this.#observer.observe(region);
  }

  /** Puts the recording back and stops watching. */
  close(): void {
    this.#observer.disconnect();
    this.showRecording();
  }

  /** Whether the region shows a run of the reader's, not the recording. */
  get isLive(): boolean {
    return this.#live.isConnected;
  }

  showRecording(): void {
    this.#region.replaceChildren(...this.#recording);
    this.#letScroll();
  }

  /** Shows the last run again, as it was before `showRecording`. */
  showLive(): void {
    this.#region.replaceChildren(this.#live);
    this.#letScroll();
  }

  /** Empties the region for a new run; `time` says in which time it runs, if that is not real. */
  begin(time: string): void {
    this.#origin = element("p", "runnable-origin", "Running in your browser");
    this.#version = "";
    this.#time = time === "" ? "" : ` · ${time}`;
    this.#progress = new LoadingProgress();
    this.#text = element("pre", "");
    this.#block = undefined;
    this.#printed = false;
    this.#live = element("div", "runnable-live", this.#origin, this.#progress.element, this.#text);
    this.showLive();
  }

  loading(what: string, loaded: number, total: number): void {
    this.#progress.loading(what, loaded, total);
  }

  /** The program runs, on this version of Python: "3.14.2". */
  started(version: string): void {
    this.#version = version;
    this.showPaused(false);
    this.#progress.element.remove();
  }

  /** Whether the program stands still. */
  showPaused(isPaused: boolean): void {
    const what = isPaused ? "Paused" : "Running";
    this.setStatus(`${what} in your browser · Python ${this.#version}${this.#time}`);
  }

  /** What the run is about now. */
  setStatus(status: string): void {
    // In a log whatever changes is read out.
    if (this.#origin.textContent !== status) this.#origin.textContent = status;
  }

  /** Shows a field behind what was printed last; takes the focus if the reader is at this widget. */
  askForInput(answer: Answer): void {
    this.removeInputField();
    const prompt = this.#block?.textContent.split("\n").at(-1)?.trim();
    const question = createInputField(prompt || "Input", answer);
    const isHere = this.#region.parentElement?.contains(document.activeElement);
    this.#question = question;
    this.#text.append(question.element);
    this.#region.scrollTop = this.#region.scrollHeight;
    if (isHere) question.focus();
    this.#letScroll();
  }

  /** Takes the field away; its focus stays in the region, so that a next question finds it there. */
  removeInputField(): void {
    if (!this.#question) return;
    if (this.#question.element.contains(document.activeElement)) {
      if (!this.#region.hasAttribute("tabindex")) this.#region.tabIndex = -1;
      this.#region.focus({ preventScroll: true });
    }
    this.#question.element.remove();
    this.#question = undefined;
  }

  append(pieces: Piece[]): void {
    this.#printed = true;
    const follow = this.#isAtEnd();
    for (const { stream, text } of pieces) {
      // A block ends where a line does, unless the line is endless: that wraps anyway.
      const full = this.#blockLength > (this.#atLineStart ? BLOCK_TEXT : 4 * BLOCK_TEXT);
      if (!this.#block || full) {
        this.#block = element("span", "runnable-block");
        this.#blockLength = 0;
        // What other threads print meanwhile goes before the field.
        this.#text.insertBefore(this.#block, this.#question?.element ?? null);
      }
      if (stream === "stderr") {
        const part = element("span", "runnable-stderr", text);
        linkLines(part, this.#links);
        this.#block.append(part);
      } else if (stream === "stdin") {
        this.#block.append(element("span", "runnable-answer", text));
      } else {
        this.#block.append(text);
      }
      this.#blockLength += text.length;
      this.#atLineStart = text.endsWith("\n");
    }
    if (follow) this.#region.scrollTop = this.#region.scrollHeight;
    this.#letScroll();
  }

  /** Adds a remark of ours below what the program printed. */
  note(text: string, className = ""): void {
    const follow = this.#isAtEnd();
    this.#live.append(element("p", `runnable-note ${className}`.trim(), text));
    if (follow) this.#region.scrollTop = this.#region.scrollHeight;
  }

  /** Says how the run ended; `why` replaces the plain "Stopped." */
  end(outcome: Outcome, why?: string): void {
    this.#progress.element.remove();
    const ran = this.#version !== "";
    this.setStatus(ran ? `Ran in your browser · Python ${this.#version}${this.#time}` : "Not run");
    if (outcome.type === "failed") {
      this.setStatus("Not run");
      this.note(`${outcome.message} Press Run to try again.`, "runnable-failure");
    } else if (outcome.type === "stopped") {
      this.note(why ?? (outcome.forced ? `Stopped: the program ${FORCED}` : "Stopped."), STOPPED);
      if (why !== undefined && outcome.forced) this.note(`The program ${FORCED}`, STOPPED);
    } else {
      if (!this.#printed) this.note("The program printed nothing.");
      if (outcome.status !== 0) this.note(`Exit status ${outcome.status}`, "runnable-exit");
    }
  }

  /** Adds, below everything, what is otherwise here than on CPython. */
  differences(lines: string[]): void {
    const follow = this.#isAtEnd();
    for (const line of lines) this.#live.append(element("p", "runnable-difference", line));
    if (follow) this.#region.scrollTop = this.#region.scrollHeight;
  }

  /** Shows a remark above the recording, for example about a run that ended elsewhere. */
  prependNote(text: string): void {
    this.#region.prepend(element("p", "runnable-note runnable-stopped", text));
    this.#recording.splice(0, this.#recording.length, ...this.#region.childNodes);
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#region;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  /** A region that scrolls has to be reachable by keyboard, one that does not need not be. */
  #letScroll(): void {
    const scrolls = this.#region.scrollHeight > this.#region.clientHeight + 1;
    if (scrolls) this.#region.tabIndex = 0;
    else if (document.activeElement !== this.#region) this.#region.removeAttribute("tabindex");
  }
}
