/**
 * Brings the output of a run into the page: shortens tracebacks, limits the amount of text, distributes a
 * lot of text over several frames, and loads the terminal if the program prints control characters.
 */
import { CONTROL, withoutControls } from "./control_characters.ts";
import { FrameBatcher, MAX_WRITTEN, nextFrame, type Piece, type Stream } from "./frame_batcher.ts";
import type { Screen, TerminalOutput } from "./terminal_output.ts";
import { filterFor, type TracebackFilter } from "./traceback_filter.ts";

/** How long the beginning of a line on stderr is held back while its end has not arrived. */
const HOLD_MS = 100;

/**
 * How many characters of the output are kept for a question, which searches them with regular expressions
 * to find out which answer is right. Searching a longer text could take long.
 */
const SEARCHABLE_LENGTH = 20_000;

/** The part of the page that shows the output. */
export interface OutputTarget {
  append(pieces: Piece[]): void;
  note(text: string, className?: string): void;
  /** The end of the output, where a terminal shows lines that can still change. */
  readonly screen: Screen;
}

/** Loads the terminal, which is needed only for programs that print control characters. */
export type LoadTerminal = () => Promise<typeof import("./terminal_output.ts")>;

export class OutputPipeline {
  readonly #target: OutputTarget;
  readonly #batcher: FrameBatcher;
  readonly #filter: TracebackFilter;
  #holdTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether there is a note that the rest of the output is not shown. */
  #isTruncated = false;
  /** Whether the limit has been reached, so that all further output is dropped. */
  #isFull = false;
  /** The beginning of the output, for `text`. */
  #searchable = "";
  #lastStream: Stream = "stdout";
  /** What was printed before the first control character; the terminal begins with it. */
  #plain: Piece[] = [];
  /** What was printed while the terminal was being loaded. */
  #waiting: Piece[] = [];
  #waitingLength = 0;
  readonly #loadTerminal: LoadTerminal;
  /** Resolves when the terminal shows the output, or when it could not be loaded. */
  #opening: Promise<void> | undefined;
  #terminal: TerminalOutput | undefined;
  /** Whether control characters are left out, because the terminal could not be loaded. */
  #isPlain = false;

  /** `filename` is the file name of the program, which tracebacks mention. */
  constructor(
    target: OutputTarget,
    filename: string,
    loadTerminal: LoadTerminal = () => import("./terminal_output.ts"),
  ) {
    this.#target = target;
    this.#batcher = new FrameBatcher((pieces) => target.append(pieces), nextFrame);
    this.#filter = filterFor(filename);
    this.#loadTerminal = loadTerminal;
  }

  /**
   * The beginning of the output, without what the reader has typed. Wherever the stream changes, the text
   * continues on a new line.
   */
  get text(): string {
    return this.#terminal ? this.#terminal.text(SEARCHABLE_LENGTH) : this.#searchable;
  }

  stdout(text: string): void {
    this.#print("stdout", this.#filter.shorten(text));
  }

  stderr(text: string): void {
    this.#print("stderr", this.#filter.push(text));
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(() => this.#release(), HOLD_MS);
  }

  /** Shows what the reader has typed, as a terminal does. */
  echo(text: string): void {
    this.#print("stdin", text);
  }

  /** Adds a note that the rest of the output is not shown, unless there is such a note already. */
  truncate(message: string): void {
    if (this.#isTruncated) return;
    this.#isTruncated = true;
    void this.#drained().then(() => this.#target.note(message, "runnable-capped"));
  }

  /**
   * Resolves when all output so far is in the page. This includes the beginning of an unfinished line,
   * unless that may belong to a traceback.
   */
  flush(): Promise<void> {
    clearTimeout(this.#holdTimer);
    this.#release();
    return this.#drained();
  }

  /** Resolves when everything is in the page. Called when the run has ended. */
  async end(): Promise<void> {
    clearTimeout(this.#holdTimer);
    this.#print("stderr", this.#filter.end());
    await this.#drained();
    this.#terminal?.end();
  }

  async #drained(): Promise<void> {
    await this.#opening;
    await (this.#terminal ?? this.#batcher).drained();
  }

  /** Shows the beginning of an unfinished line on stderr, unless it may belong to a traceback. */
  #release(): void {
    this.#print("stderr", this.#filter.release());
  }

  #print(stream: Stream, text: string): void {
    if (text === "" || this.#isFull) return;
    if (!this.#opening && CONTROL.test(text)) this.#opening = this.#open();
    if (this.#write(stream, text)) return;
    this.#isFull = true;
    this.truncate("Output cut off here: it is more than this page can show.");
  }

  /** Returns false if some of the text was dropped because there is too much. */
  #write(stream: Stream, text: string): boolean {
    if (this.#terminal) return this.#terminal.write(stream, text);
    if (this.#opening && !this.#isPlain) {
      if (this.#waitingLength > MAX_WRITTEN) return false;
      this.#waitingLength += text.length;
      this.#waiting.push({ stream, text });
      return true;
    }
    const shown = this.#isPlain ? withoutControls(text) : text;
    if (stream !== "stdin") this.#addSearchable(stream, shown);
    if (!this.#isPlain) this.#plain.push({ stream, text: shown });
    return this.#batcher.write(stream, shown);
  }

  /**
   * Loads the terminal, which then shows what has been printed and everything that follows. If it cannot be
   * loaded, control characters are left out from now on.
   */
  async #open(): Promise<void> {
    const loaded = await this.#loadTerminal().catch(() => undefined);
    await this.#batcher.drained();
    if (loaded) {
      this.#terminal = new loaded.TerminalOutput(this.#target.screen, nextFrame, this.#plain);
    } else {
      this.#isPlain = true;
    }
    this.#plain = [];
    for (const { stream, text } of this.#waiting.splice(0)) this.#print(stream, text);
  }

  #addSearchable(stream: Stream, text: string): void {
    if (text === "" || this.#searchable.length >= SEARCHABLE_LENGTH) return;
    const startsLine = this.#searchable === "" || this.#searchable.endsWith("\n");
    const separator = stream !== this.#lastStream && !startsLine ? "\n" : "";
    this.#lastStream = stream;
    this.#searchable = (this.#searchable + separator + text).slice(0, SEARCHABLE_LENGTH);
  }
}
