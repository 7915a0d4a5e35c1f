/** Shows the output of a widget: the recorded output, or the output of the reader's own run. */
import type { Outcome } from "../../host/types.ts";
import { element } from "../kit/dom.ts";
import { LoadingProgress } from "../kit/loading_progress.ts";
import type { Piece } from "./frame_batcher.ts";
import { createInputField, type InputField, type OnAnswer } from "./input_field.ts";
import { linkLines, type LineLinks } from "./line_links.ts";
import type { Screen } from "./terminal_output.ts";

const STOPPED_CLASS = "runnable-stopped";

/** The end of a sentence about a program whose interpreter had to be terminated. */
const TERMINATED = "kept running after Ctrl+C, so its interpreter was terminated.";

/**
 * After how many characters a new block of text begins. When text is added, the browser only has to lay
 * out the last block.
 */
const BLOCK_LENGTH = 8_000;

/** The output follows new text if a reader has scrolled to within this distance (px) of its end. */
const FOLLOW_DISTANCE_PX = 40;

export class OutputView {
  readonly #region: HTMLElement;
  readonly #links: LineLinks;
  /** The static content of the region. */
  readonly #recording: Node[];
  readonly #observer = new ResizeObserver(() => this.#updateFocusability());
  /** What the region shows of the reader's run, instead of the recording. */
  #live = element("div", "runnable-live");
  /** The line above the output that shows the status of the run; see `setStatus`. */
  #origin = element("p", "runnable-origin");
  #progress = new LoadingProgress();
  /** Contains the output of the program, in blocks, and the input field. */
  #text = element("pre", "");
  /** The block to which text is added; undefined if the next text begins a new one. */
  #block: HTMLElement | undefined;
  #inputField: InputField | undefined;
  /** The note that the last run was stopped when the reader left the page. */
  #lastRun: HTMLElement | undefined;
  /** The version of Python, once the program has started. */
  #version = "";
  /** Describes the clock rate of the run; empty for real time. */
  #clockRate = "";
  #blockLength = 0;
  #isAtLineStart = true;
  #hasPrinted = false;
  /** A sentence about the run that is shown while it continues. */
  #hint: HTMLElement | undefined;

  constructor(region: HTMLElement, links: LineLinks) {
    this.#region = region;
    this.#links = links;
    for (const recorded of region.querySelectorAll<HTMLElement>(".runnable-stderr")) {
      linkLines(recorded, links);
    }
    // The region scrolls instead of the <pre>, so the keyboard has to reach the region and not the <pre>.
    region.querySelector("pre")?.removeAttribute("tabindex");
    this.#recording = [...region.childNodes];
    this.#observer.observe(region);
  }

  /** Shows the recording again, and stops observing the size of the region. */
  close(): void {
    this.#observer.disconnect();
    this.#lastRun = undefined;
    this.showRecording();
  }

  /** Whether the region shows a run of the reader instead of the recording. */
  get isLive(): boolean {
    return this.#live.isConnected;
  }

  showRecording(): void {
    this.#region.replaceChildren(...(this.#lastRun ? [this.#lastRun] : []), ...this.#recording);
    this.#updateFocusability();
  }

  /** Shows the last run again, as it was before `showRecording`. */
  showLive(): void {
    this.#region.replaceChildren(this.#live);
    this.#updateFocusability();
  }

  /**
   * Empties the region for a new run. `clockRate` describes the clock rate; it is empty for real time.
   */
  begin(clockRate: string): void {
    this.#lastRun = undefined;
    this.#origin = element("p", "runnable-origin", "Running in your browser");
    this.#version = "";
    this.#clockRate = clockRate === "" ? "" : ` · ${clockRate}`;
    this.#progress = new LoadingProgress();
    this.#text = element("pre", "");
    this.#block = undefined;
    this.#hasPrinted = false;
    this.#hint = undefined;
    this.#live = element("div", "runnable-live", this.#origin, this.#progress.element, this.#text);
    this.showLive();
  }

  /** Shows the progress of a download: `loaded` of `total` bytes. `what` names what is downloaded. */
  loading(what: string, loaded: number, total: number): void {
    this.#progress.loading(what, loaded, total);
  }

  /** Shows that the program has started, on this version of Python ("3.14.2"). */
  started(version: string): void {
    this.#version = version;
    this.showPaused(false);
    this.#progress.element.remove();
  }

  /** Shows whether the program is paused or running. */
  showPaused(isPaused: boolean): void {
    const what = isPaused ? "Paused" : "Running";
    this.setStatus(`${what} in your browser · Python ${this.#version}${this.#clockRate}`);
  }

  /** Shows the status of the run, for example where it runs or that it is paused, above its output. */
  setStatus(status: string): void {
    // Screen readers announce every change in a log, even if the new text is the same.
    if (this.#origin.textContent !== status) this.#origin.textContent = status;
  }

  /**
   * Shows an input field after the last output. The field takes the focus if the focus is in this
   * widget.
   */
  askForInput(onAnswer: OnAnswer): void {
    this.removeInputField();
    const prompt = this.#text.lastElementChild?.textContent.split("\n").at(-1)?.trim();
    const inputField = createInputField(prompt || "Input", onAnswer);
    const isFocusInWidget = this.#region.parentElement?.contains(document.activeElement);
    this.#inputField = inputField;
    this.#text.append(inputField.element);
    this.#region.scrollTop = this.#region.scrollHeight;
    if (isFocusInWidget) inputField.focus();
    this.#updateFocusability();
  }

  /**
   * Removes the input field. If it had the focus, the region gets the focus, so that the next input
   * field can take it.
   */
  removeInputField(): void {
    if (!this.#inputField) return;
    if (this.#inputField.element.contains(document.activeElement)) {
      if (!this.#region.hasAttribute("tabindex")) this.#region.tabIndex = -1;
      this.#region.focus({ preventScroll: true });
    }
    this.#inputField.element.remove();
    this.#inputField = undefined;
  }

  /** The end of the output, for a terminal whose lines can change. */
  get screen(): Screen {
    return {
      links: this.#links,
      cut: (length) => this.#cut(length),
      update: (draw) => this.#update(draw),
      add: (line) => this.#addBlock(line),
    };
  }

  /** Adds output of the program. */
  append(pieces: Piece[]): void {
    this.#update(() => this.#append(pieces));
  }

  #append(pieces: Piece[]): void {
    for (const { stream, text } of pieces) {
      // Blocks end at the end of a line, except within an extremely long line, which wraps anyway.
      const maxLength = this.#isAtLineStart ? BLOCK_LENGTH : 4 * BLOCK_LENGTH;
      if (!this.#block || this.#blockLength > maxLength) {
        this.#block = element("span", "runnable-block");
        this.#blockLength = 0;
        this.#addBlock(this.#block);
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
      this.#isAtLineStart = text.endsWith("\n");
    }
  }

  /** Changes the output with `draw`. If the end of the output was in view, it stays in view. */
  #update(draw: () => void): void {
    this.#hasPrinted = true;
    const follow = this.#isAtEnd();
    draw();
    if (follow) this.#region.scrollTop = this.#region.scrollHeight;
    this.#updateFocusability();
  }

  /**
   * Adds a block of text. While one thread waits for input, other threads may print. Their output goes
   * before the input field.
   */
  #addBlock(block: HTMLElement): void {
    this.#text.insertBefore(block, this.#inputField?.element ?? null);
  }

  /** Removes this many characters from the end of the output. */
  #cut(length: number): void {
    const blocks = [...this.#text.querySelectorAll(":scope > .runnable-block")];
    let left = length;
    for (let block = blocks.pop(); block && left > 0; block = blocks.pop()) {
      left -= block.textContent.length;
      if (left >= 0) block.remove();
      else cutText(block, -left);
    }
    this.#block = undefined;
  }

  /** Adds a sentence about the run above the output of the program. */
  preface(text: string): void {
    this.#text.before(element("p", "runnable-difference", text));
  }

  /** Adds a note about the run below the output of the program. */
  note(text: string, className = ""): void {
    const follow = this.#isAtEnd();
    this.#live.append(element("p", `runnable-note ${className}`.trim(), text));
    if (follow) this.#region.scrollTop = this.#region.scrollHeight;
  }

  /** Shows how the run has ended. A `reason` for which it was stopped replaces the note "Stopped." */
  end(outcome: Outcome, reason?: string): void {
    this.#progress.element.remove();
    this.hint(undefined);
    const hasStarted = this.#version !== "";
    const status = `Ran in your browser · Python ${this.#version}${this.#clockRate}`;
    this.setStatus(hasStarted ? status : "Not run");
    if (outcome.type === "failed") {
      this.note(`${outcome.message} Press Run to try again.`, "runnable-failure");
    } else if (outcome.type === "stopped") {
      if (reason !== undefined) this.note(reason, STOPPED_CLASS);
      else if (!outcome.forced) this.note("Stopped.", STOPPED_CLASS);
      else this.note(`Stopped: the program ${TERMINATED}`, STOPPED_CLASS);
      if (reason !== undefined && outcome.forced) {
        this.note(`The program ${TERMINATED}`, STOPPED_CLASS);
      }
    } else {
      if (!this.#hasPrinted) this.note("The program printed nothing.");
      if (outcome.status !== 0) this.note(`Exit status ${outcome.status}`, "runnable-exit");
    }
  }

  /** Shows a sentence about the run below its output while it continues; undefined removes it. */
  hint(text: string | undefined): void {
    const follow = this.#isAtEnd();
    this.#hint?.remove();
    this.#hint = text === undefined ? undefined : element("p", "runnable-difference", text);
    if (this.#hint) this.#live.append(this.#hint);
    if (follow) this.#region.scrollTop = this.#region.scrollHeight;
  }

  /** Adds sentences about differences between this run and one on CPython, below everything else. */
  differences(lines: string[]): void {
    const follow = this.#isAtEnd();
    for (const line of lines) this.#live.append(element("p", "runnable-difference", line));
    if (follow) this.#region.scrollTop = this.#region.scrollHeight;
  }

  /** Adds a note about the last run above the recording. The note disappears when another run begins. */
  prependNote(text: string): void {
    this.#lastRun = element("p", "runnable-note runnable-stopped", text);
    this.#region.prepend(this.#lastRun);
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#region;
    return scrollHeight - scrollTop - clientHeight < FOLLOW_DISTANCE_PX;
  }

  /** Makes the region focusable while its content is too long for it, so that keys can scroll it. */
  #updateFocusability(): void {
    const scrolls = this.#region.scrollHeight > this.#region.clientHeight + 1;
    if (scrolls) this.#region.tabIndex = 0;
    else if (document.activeElement !== this.#region) this.#region.removeAttribute("tabindex");
  }
}

/** Shortens the text of an element to this length. */
function cutText(parent: Element, length: number): void {
  const texts = document.createTreeWalker(parent, NodeFilter.SHOW_TEXT);
  let left = length;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node as Text;
    if (left >= text.length) {
      left -= text.length;
      continue;
    }
    const rest = document.createRange();
    rest.setStart(text, left);
    rest.setEnd(parent, parent.childNodes.length);
    rest.deleteContents();
    return;
  }
}
