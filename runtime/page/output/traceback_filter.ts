/**
 * Reduces tracebacks and warnings on stderr to what a reader of the snippet can use.
 *
 * The filter keeps the frames of the snippet itself, each with the first line of its source. It
 * drops the frames of other files, which are called foreign here, and the lines in a frame that mark a
 * part of the source (`~~~^^^`).
 * `mkdocs_runnable/recording/tidy.py` has the same rules in Python, and `tests/cases/traceback/`
 * contains pairs of files with which both filters are tested.
 */

/**
 * The first line of a frame. Tracebacks of exception groups have a margin, such as "  | " or "    | ",
 * before each line.
 */
const FRAME = /^((?: *\| )?) {2}File "(.*)", line \d+, in .+$/;
/** The place of a syntax error, which looks like a frame without a function. */
const LOCATION = /^(?: *\| )? {2}File ".*", line \d+$/;
/** What Python prints in place of the frames of a deep recursion. */
const REPEATED = /^ {2}\[Previous line repeated \d+ more times?\]$/;
/** A warning about a line of another file, or about no file. The group is what remains of the warning. */
const FOREIGN_WARNING =
  /^(?:sys|<[\p{L}\p{N}_]+>|\/.*|[A-Za-z]:\\.*):\d+: ([\p{L}\p{N}_]*Warning: .*)$/u;
/** A line of another file that the text of a message mentions, such as "created at /lib/x.py:3". */
const FOREIGN_PLACE = /(?:,? (?:defined|created))? at (?:\/|[A-Za-z]:\\)[^:<>]*:\d+/g;

/** A carriage return, a backspace or an escape sequence. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const REDRAWS = /[\r\b\u001b]/;

/** The folder of the program in the interpreter's file system. */
const HOME = "/home/reader";

/** The kind of the previous line. */
type State = "text" | "own frame" | "rest of own frame" | "foreign frame" | "foreign warning";

export class TracebackFilter {
  readonly #path: string;
  readonly #name: string;
  #state: State = "text";
  /** The margin of the last frame; empty outside exception groups. */
  #margin = "";
  /** The beginning of a line whose newline has not arrived yet. */
  #tail = "";
  /** Whether the beginning of the current line has been released, so that its rest must follow. */
  #isReleased = false;

  /** `path` is the path of the snippet in the interpreter's file system. */
  constructor(path: string) {
    this.#path = path;
    this.#name = path.slice(path.lastIndexOf("/") + 1);
  }

  /** Replaces the path of the snippet with its file name, on stderr as well as on stdout. */
  shorten(text: string): string {
    return text.replaceAll(this.#path, this.#name);
  }

  /**
   * Takes the next piece of stderr, and returns the lines that are now complete, filtered. Of a line whose
   * beginning has been released, also returns what has arrived, although the line is not complete.
   */
  push(text: string): string {
    const lines = (this.#tail + text).split("\n");
    this.#tail = lines.pop() ?? "";
    let filtered = "";
    for (const line of lines) {
      const kept = this.#isReleased ? line : this.feed(line);
      this.#isReleased = false;
      if (kept !== undefined) filtered += `${kept}\n`;
    }
    // Only a display that redraws its line, such as a progress bar, contains these characters, and such a
    // line may never end.
    if (this.#state === "text" && REDRAWS.test(this.#tail)) this.#isReleased = true;
    if (this.#isReleased) {
      filtered += this.shorten(this.#tail);
      this.#tail = "";
    }
    return filtered;
  }

  /**
   * Returns the beginning of an unfinished line, unless it may belong to a traceback. Without this, a
   * progress display that prints no newline would stay invisible until it is complete.
   */
  release(): string {
    if (this.#tail === "" || !/^[^\s|/"]/.test(this.#tail) || this.#state !== "text") return "";
    const text = this.shorten(this.#tail);
    this.#tail = "";
    this.#isReleased = true;
    return text;
  }

  /** Returns the last line, filtered, if the program has ended without a final newline. */
  end(): string {
    const tail = this.#tail;
    this.#tail = "";
    return tail === "" ? "" : (this.feed(tail) ?? "");
  }

  /**
   * Filters one line, given without its newline. The result is undefined if the line is dropped.
   */
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

/** Returns a filter for the output of a program with this file name. */
export const filterFor = (filename: string): TracebackFilter =>
  new TracebackFilter(`${HOME}/${filename}`);
