/** Takes a run's two streams to the page: tidied, limited, and never more of it than is useful. */
import { filterFor, type TracebackFilter } from "./traceback_filter.ts";
import { nextFrame, FrameBatcher, type Piece, type Stream } from "./frame_batcher.ts";

/** How long the beginning of a line on stderr waits for its newline. */
const RELEASE_MS = 100;

/** So much text is kept: enough to judge a run by, and too little for a search in it to take long. */
const KEPT_TEXT = 20_000;

export interface Paper {
  append(pieces: Piece[]): void;
  note(text: string, className?: string): void;
}

export class OutputPipeline {
  readonly #paper: Paper;
  readonly #transcript: FrameBatcher;
  readonly #filter: TracebackFilter;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #cut = false;
  #text = "";
  #kept: Stream = "stdout";

  constructor(paper: Paper, filename: string) {
    this.#paper = paper;
    this.#transcript = new FrameBatcher((pieces) => paper.append(pieces), nextFrame);
    this.#filter = filterFor(filename);
  }

  /** The beginning of what the program has printed; where the stream changes, a new line begins. */
  get text(): string {
    return this.#text;
  }

  stdout(text: string): void {
    this.#print("stdout", this.#filter.shorten(text));
  }

  stderr(text: string): void {
    this.#print("stderr", this.#filter.push(text));
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#release(), RELEASE_MS);
  }

  /** What the reader typed, as a terminal shows it. */
  echo(text: string): void {
    this.#print("stdin", text);
  }

  /** Says once that what follows is not shown. */
  truncate(message: string): void {
    if (this.#cut) return;
    this.#cut = true;
    void this.#transcript.drained().then(() => this.#paper.note(message, "runnable-capped"));
  }

  /** Resolves when everything so far is in the page, the beginning of a line included. */
  flush(): Promise<void> {
    clearTimeout(this.#waiting);
    this.#release();
    return this.#transcript.drained();
  }

  /** Resolves when everything is in the page; nothing comes any more. */
  end(): Promise<void> {
    clearTimeout(this.#waiting);
    this.#print("stderr", this.#filter.end());
    return this.#transcript.drained();
  }

  #release(): void {
    this.#print("stderr", this.#filter.release());
  }

  #print(stream: Stream, text: string): void {
    if (stream !== "stdin") this.#keep(stream, text);
    if (this.#transcript.write(stream, text)) return;
    this.truncate("Output cut off here: it is more than this page can show.");
  }

  #keep(stream: Stream, text: string): void {
    if (text === "" || this.#text.length >= KEPT_TEXT) return;
    if (stream !== this.#kept && this.#text !== "" && !this.#text.endsWith("\n"))
      this.#text += "\n";
    this.#kept = stream;
    this.#text = (this.#text + text).slice(0, KEPT_TEXT);
  }
}
