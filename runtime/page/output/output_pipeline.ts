/**
 * Brings the output of a run into the page: shortens tracebacks, limits the amount of text, and
 * spreads much text over several frames.
 */
import { FrameBatcher, nextFrame, type Piece, type Stream } from "./frame_batcher.ts";
import { filterFor, type TracebackFilter } from "./traceback_filter.ts";

/** How long the beginning of a line on stderr is held back while its end has not arrived. */
const HOLD_MS = 100;

/**
 * How many characters of the output are searched for the conditions of a question's answers. The
 * conditions need no more, and searching a long text with a regular expression could take long.
 */
const SEARCHABLE_LENGTH = 20_000;

/** The part of the page that shows the output. */
export interface OutputTarget {
  append(pieces: Piece[]): void;
  note(text: string, className?: string): void;
}

export class OutputPipeline {
  readonly #target: OutputTarget;
  readonly #batcher: FrameBatcher;
  readonly #filter: TracebackFilter;
  #holdTimer: ReturnType<typeof setTimeout> | undefined;
  #isTruncated = false;
  #searchable = "";
  #lastStream: Stream = "stdout";

  /** `filename` is the file name of the program, which tracebacks mention. */
  constructor(target: OutputTarget, filename: string) {
    this.#target = target;
    this.#batcher = new FrameBatcher((pieces) => target.append(pieces), nextFrame);
    this.#filter = filterFor(filename);
  }

  /** The beginning of the output. Wherever the stream changes, the text continues on a new line. */
  get text(): string {
    return this.#searchable;
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

  /** Adds a note that the rest of the output is not shown, unless there is one already. */
  truncate(message: string): void {
    if (this.#isTruncated) return;
    this.#isTruncated = true;
    void this.#batcher.drained().then(() => this.#target.note(message, "runnable-capped"));
  }

  /** Resolves when all output so far is in the page, including the beginning of an unfinished line. */
  flush(): Promise<void> {
    clearTimeout(this.#holdTimer);
    this.#release();
    return this.#batcher.drained();
  }

  /** Called when the run has ended. Resolves when all output is in the page. */
  end(): Promise<void> {
    clearTimeout(this.#holdTimer);
    this.#print("stderr", this.#filter.end());
    return this.#batcher.drained();
  }

  #release(): void {
    this.#print("stderr", this.#filter.release());
  }

  #print(stream: Stream, text: string): void {
    if (stream !== "stdin") this.#addSearchable(stream, text);
    if (this.#batcher.write(stream, text)) return;
    this.truncate("Output cut off here: it is more than this page can show.");
  }

  #addSearchable(stream: Stream, text: string): void {
    if (text === "" || this.#searchable.length >= SEARCHABLE_LENGTH) return;
    const startsLine = this.#searchable === "" || this.#searchable.endsWith("\n");
    const separator = stream !== this.#lastStream && !startsLine ? "\n" : "";
    this.#lastStream = stream;
    this.#searchable = (this.#searchable + separator + text).slice(0, SEARCHABLE_LENGTH);
  }
}
