/**
 * Reduces what Python writes to stderr to what a reader of the snippet can use.
 *
 * The same filter as `mkdocs_runnable/recording/tidy.py`, rule by rule; `tests/cases/traceback` holds the
 * pairs of files both are tested against. Kept are the frames of the snippet itself, each with the
 * first line of its source; dropped are frames of other files and marker lines (`~~~^^^`).
 */

// Exception groups draw a margin ("  | ", "    | ") before each line of a traceback.
const FRAME = /^((?: *\| )?) {2}File "(.*)", line \d+, in .+$/;
const LOCATION = /^(?: *\| )? {2}File ".*", line \d+$/;
const REPEATED = /^ {2}\[Previous line repeated \d+ more times?\]$/;
const FOREIGN_WARNING =
  /^(?:sys|<[\p{L}\p{N}_]+>|\/.*|[A-Za-z]:\\.*):\d+: ([\p{L}\p{N}_]*Warning: .*)$/u;
const FOREIGN_PLACE = /(?:,? (?:defined|created))? at (?:\/|[A-Za-z]:\\)[^:<>]*:\d+/g;

/** The folder in which the interpreter keeps the program. */
const HOME = "/home/reader";

/** After which kind of line the next one comes. */
type State = "text" | "own frame" | "rest of own frame" | "foreign frame" | "foreign warning";

export class TracebackFilter {
  readonly #path: string;
  readonly #name: string;
  #state: State = "text";
  #margin = "";
  /** The beginning of a line whose newline has not come yet. */
  #tail = "";
  /** The beginning of this line is out already, so its rest passes as it is. */
  #released = false;

  /** `path` is the one under which the interpreter knows the snippet. */
  constructor(path: string) {
    this.#path = path;
    this.#name = path.slice(path.lastIndexOf("/") + 1);
  }

  /** Replaces the snippet's own path by its file name; also right for stdout. */
  shorten(text: string): string {
    return text.replaceAll(this.#path, this.#name);
  }

  /** Takes the next piece of stderr; returns the lines that are complete now, tidied. */
  push(text: string): string {
    const lines = (this.#tail + text).split("\n");
    this.#tail = lines.pop() ?? "";
    let tidied = "";
    for (const line of lines) {
      const kept = this.#released ? line : this.feed(line);
      this.#released = false;
      if (kept !== undefined) tidied += `${kept}\n`;
    }
    if (this.#released) {
      tidied += this.#tail;
      this.#tail = "";
    }
    return tidied;
  }

  /**
   * The beginning of an unfinished line, when it cannot belong to a traceback: a progress display
   * without newlines shall not wait for one.
   */
  release(): string {
    if (this.#tail === "" || !/^[^\s|/"]/.test(this.#tail) || this.#state !== "text") return "";
    const text = this.shorten(this.#tail);
    this.#tail = "";
    this.#released = true;
    return text;
  }

  /** What is left when the program has ended: a last line without a newline. */
  end(): string {
    const tail = this.#tail;
    this.#tail = "";
    return tail === "" ? "" : (this.feed(tail) ?? "");
  }

  /** Takes a line without its newline; returns it tidied, or undefined to drop it. */
  feed(raw: string): string | undefined {
    const line = this.shorten(raw);
    const frame = FRAME.exec(line);
    if (frame) {
      const own = frame[2] === this.#name;
      this.#state = own ? "own frame" : "foreign frame";
      this.#margin = frame[1] ?? "";
      return own ? line : undefined;
    }
    if (this.#state === "foreign warning" && line.startsWith("  ")) {
      this.#state = "text";
      return undefined;
    }
    const inFrame = this.#state !== "text" && this.#state !== "foreign warning";
    if (inFrame && line.startsWith(`${this.#margin}    `)) {
      const wanted = this.#state === "own frame";
      if (wanted) this.#state = "rest of own frame";
      return wanted ? line : undefined;
    }
    const bare = line.startsWith(this.#margin) ? line.slice(this.#margin.length) : line;
    if (inFrame && REPEATED.test(bare)) {
      return this.#state === "foreign frame" ? undefined : line;
    }
    this.#state = "text";
    const warning = FOREIGN_WARNING.exec(line);
    if (warning) {
      this.#state = "foreign warning";
      return warning[1];
    }
    return LOCATION.test(line) ? line : line.replace(FOREIGN_PLACE, "");
  }
}

/** For what a run of the program with this name writes. */
export const filterFor = (filename: string): TracebackFilter =>
  new TracebackFilter(`${HOME}/${filename}`);
