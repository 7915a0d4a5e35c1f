/**
 * A model of the terminal that a program prints to: lines of cells, and a cursor that control
 * characters and escape sequences move. It needs no browser.
 *
 * The model supports the sequences behind progress bars, spinners, coloured messages and other output
 * that is printed line by line. Other sequences are read to their end and show nothing. Lines are not
 * wrapped at the terminal's width, because the page wraps them at its own. The codes are described in
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html.
 * `mkdocs_runnable/recording/terminal.py` is the same model in Python, but without colours, and
 * `tests/cases/terminal.json` contains cases with which both are tested.
 */
import type { Stream } from "./frame_batcher.ts";
import { changeStyle, DEFAULT_STYLE, type Style } from "./terminal_style.ts";

/**
 * How many lines the cursor can reach. The lines above them never change again. Python's
 * `shutil.get_terminal_size` reports 24 lines to programs, but many programs rely on a larger window.
 */
export const SCREEN_ROWS = 50;

/** A line with more columns than this continues in the next row, so that no update takes long. */
export const MAX_COLUMNS = 2_000;

/** How many characters of a control sequence's parameters are read; no real sequence has more. */
const MAX_PARAMETERS = 100;

/** The distance between two tab stops, in columns. */
const TAB_WIDTH = 8;

/** How a cell looks, and which stream printed it. Cells that are alike share one object. */
export interface Look {
  stream: Stream;
  style: Style;
}

/** A part of a line whose cells have the same look. The newline belongs to the last run of a line. */
export interface Run {
  look: Look;
  text: string;
}

/**
 * What the parser of a stream is reading: text; what follows ESC; the middle or the end of a sequence
 * such as `ESC ( B`; the parameters of a control sequence, which begins with `ESC [`; a string, for
 * example a window title; or what follows the ESC at the end of a string, usually a backslash.
 */
type State = "text" | "escape" | "intermediate" | "control" | "string" | "end of string";

interface Parser {
  state: State;
  /** The parameters of a control sequence, as far as they have arrived. */
  parameters: string;
}

// oxlint-disable-next-line no-control-regex -- control characters are what this file is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** Characters that end a string. An ESC does so even without the backslash that should follow it. */
// oxlint-disable-next-line no-control-regex
const STRING_END = /[\u0007\n\u0018\u001a\u001b\u009c]/g;
/** Matches texts in which each character takes one column. */
const PLAIN = /^[\u0020-\u007e\u00a0-\u02ff]*$/;
/**
 * Characters that take no column: combining marks, and formatting characters except for the soft hyphen.
 * See https://wcwidth.readthedocs.io/en/latest/specs.html.
 */
const ZERO_WIDTH = /^(?!\u00ad)[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Characters that terminals show with the width of two. Unicode lists them in EastAsianWidth.txt. */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** How many columns a character takes. */
function widthOf(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** One row of the terminal. */
export class Line {
  /** The text of each column. A wide character or a tab is followed by columns without text. */
  readonly #texts: string[] = [];
  readonly #looks: Look[] = [];
  /**
   * The look of the newline; undefined if the line has no newline. In a line with text, the newline takes
   * the look of the text before it instead.
   */
  newline: Look | undefined;
  /** Whether the line was too long, so that it continues in the next row. */
  isContinued = false;

  get length(): number {
    return this.#texts.length;
  }

  /**
   * Puts a character that takes `width` columns into a column, in place of what is there. If the line ends
   * before that column, spaces fill the gap.
   */
  put(column: number, text: string, width: number, look: Look): void {
    while (this.#texts.length < column) this.#push(" ", look);
    for (let each = column; each < column + width; each++) {
      if (each < this.#texts.length) this.#split(each);
    }
    for (let each = 0; each < width; each++) {
      this.#texts[column + each] = each === 0 ? text : "";
      this.#looks[column + each] = look;
    }
  }

  /** Appends characters that each take one column. */
  append(text: string, look: Look): void {
    for (const character of text) this.#push(character, look);
  }

  /** Adds a character without a width to the one before this column; returns false if there is none. */
  combine(column: number, text: string): boolean {
    let base = Math.min(column, this.#texts.length) - 1;
    while (base >= 0 && this.#texts[base] === "") base -= 1;
    if (base < 0) return false;
    this.#texts[base] += text;
    return true;
  }

  /** Erases the columns from `from` up to, but not including, `to`. At the end of the line, removes them. */
  erase(from: number, to: number, look: Look): void {
    if (from >= this.#texts.length) return;
    this.#split(from);
    if (to >= this.#texts.length) {
      this.#texts.length = this.#looks.length = from;
      return;
    }
    this.#split(to);
    this.#texts.fill(" ", from, to);
    this.#looks.fill(look, from, to);
  }

  /** The parts of the line, with its newline unless the line continues in the next row. */
  runs(): Run[] {
    const runs: Run[] = [];
    let start = 0;
    for (let column = 1; column <= this.#texts.length; column++) {
      const look = this.#looks[start]!;
      if (column < this.#texts.length && this.#looks[column] === look) continue;
      runs.push({ look, text: this.#texts.slice(start, column).join("") });
      start = column;
    }
    if (this.newline && !this.isContinued) {
      const last = runs.at(-1);
      if (last) last.text += "\n";
      else runs.push({ look: this.newline, text: "\n" });
    }
    return runs;
  }

  #push(text: string, look: Look): void {
    this.#texts.push(text);
    this.#looks.push(look);
  }

  /** Replaces the wide character or the tab that takes this column, if any, with spaces. */
  #split(column: number): void {
    const isHead = this.#texts[column] !== "" && this.#texts[column + 1] === "";
    if (this.#texts[column] !== "" && !isHead) return;
    let start = column;
    while (this.#texts[start] === "") start -= 1;
    this.#texts[start] = " ";
    for (let each = start + 1; this.#texts[each] === ""; each++) this.#texts[each] = " ";
  }
}

export class Terminal {
  readonly lines: Line[] = [new Line()];
  /** The numbers of the lines that have changed. `TerminalOutput` removes those that it has drawn. */
  readonly changed = new Set<number>([0]);
  /**
   * About how much there is to show: the number of cells, line ends and combining characters. Combining
   * characters still count after they were erased.
   */
  size = 0;
  /** The position of the cursor. */
  #row = 0;
  #column = 0;
  #top = 0;
  #style = DEFAULT_STYLE;
  /** What `ESC 7` or `ESC [ s` has saved. The row is counted from `top`. */
  #saved = { row: 0, column: 0, style: DEFAULT_STYLE };
  readonly #looks = new Map<string, Look>();
  #look: Look = this.#lookOf("stdout", DEFAULT_STYLE);
  readonly #parsers: Record<Stream, Parser> = {
    stdout: { state: "text", parameters: "" },
    stderr: { state: "text", parameters: "" },
    stdin: { state: "text", parameters: "" },
  };

  /** The number of the first line that the cursor can reach. */
  get top(): number {
    return this.#top;
  }

  /** The number of the line in which the cursor is. */
  get row(): number {
    return this.#row;
  }

  /** How many lines there are to show. Lines below the cursor count only up to the last that has text. */
  get height(): number {
    let height = this.lines.length;
    while (height - 1 > this.#row && this.lines[height - 1]!.length === 0) height -= 1;
    return height;
  }

  /** Takes the next text of a stream. All streams share the cursor, and those of the program the colours. */
  write(stream: Stream, text: string): void {
    const parser = this.#parsers[stream];
    this.#chooseLook(stream);
    let at = 0;
    while (at < text.length) {
      if (parser.state === "text") at = this.#readText(text, at, parser, stream);
      else if (parser.state === "string") at = this.#skipString(text, at, parser);
      else at += this.#readSequence(text[at]!, parser, stream) ? 1 : 0;
    }
  }

  /** The lines as a recording would contain them: where the stream changes, a new line begins. */
  *transcript(): Generator<{ stream: Stream; text: string }> {
    let line: { stream: Stream; text: string } | undefined;
    for (const each of this.lines.slice(0, this.height)) {
      for (const { look, text } of each.runs()) {
        if (line && line.stream !== look.stream) {
          yield line;
          line = undefined;
        }
        line ??= { stream: look.stream, text: "" };
        line.text += text;
        if (!text.endsWith("\n")) continue;
        line.text = line.text.slice(0, -1);
        yield line;
        line = undefined;
      }
    }
    if (line) yield line;
  }

  /** Prints text up to the next control character, and handles that character. Returns where to continue. */
  #readText(text: string, start: number, parser: Parser, stream: Stream): number {
    CONTROL.lastIndex = start;
    const end = CONTROL.exec(text)?.index ?? text.length;
    if (end > start) this.#print(text.slice(start, end));
    if (end === text.length) return end;
    const code = text.charCodeAt(end);
    if (code === 0x1b) parser.state = "escape";
    else this.#control(code, parser, stream);
    return end + 1;
  }

  /** Skips a string, such as a window title, up to its end. Returns where to continue. */
  #skipString(text: string, start: number, parser: Parser): number {
    STRING_END.lastIndex = start;
    const end = STRING_END.exec(text)?.index;
    if (end === undefined) return text.length;
    if (text[end] === "\u001b") {
      parser.state = "end of string";
      return end + 1;
    }
    parser.state = "text";
    // A newline ends the string, although it would not in a terminal, because otherwise a string without
    // an end would hide all further output without a visible reason.
    return text[end] === "\n" ? end : end + 1;
  }

  /**
   * Reads one character of an escape sequence. Returns false if the character has to be read again in the
   * new state, because it does not belong to this sequence.
   */
  #readSequence(character: string, parser: Parser, stream: Stream): boolean {
    const code = character.charCodeAt(0);
    if (code === 0x1b) {
      parser.state = "escape";
      return true;
    }
    if (code === 0x18 || code === 0x1a) {
      // CAN and SUB cancel the sequence.
      parser.state = "text";
      return true;
    }
    if (code < 0x20 && parser.state !== "end of string") {
      // Control characters take effect even within a sequence.
      this.#control(code, parser, stream);
      return true;
    }
    if (parser.state === "end of string") {
      parser.state = "escape";
      if (character !== "\\") return false;
      parser.state = "text";
    } else if (parser.state === "control") {
      if (code >= 0x40 && code <= 0x7e) {
        parser.state = "text";
        this.#execute(character, parser.parameters, stream);
      } else if (code > 0x7e) {
        parser.state = "text";
        return code < 0xa0;
      } else if (parser.parameters.length < MAX_PARAMETERS) {
        parser.parameters += character;
      }
    } else if (parser.state === "escape" && character === "[") {
      this.#beginControl(parser);
    } else if (parser.state === "escape" && "]PX^_".includes(character)) {
      parser.state = "string";
    } else if (code <= 0x2f) {
      parser.state = "intermediate";
    } else {
      const isKnown = parser.state === "escape";
      parser.state = "text";
      if (code > 0x7e) return code < 0xa0;
      if (isKnown) this.#escape(character, stream);
    }
    return true;
  }

  #beginControl(parser: Parser): void {
    parser.state = "control";
    parser.parameters = "";
  }

  /**
   * Handles a control character: backspace, tab, newline, vertical tab and form feed, carriage return, and
   * some of those from 0x80 on, each of which stands for ESC and the character whose code is 0x40 less. Other
   * control characters have no effect.
   */
  #control(code: number, parser: Parser, stream: Stream): void {
    if (code === 0x08) this.#column = Math.max(0, this.#column - 1);
    else if (code === 0x09) this.#tab();
    else if (code === 0x0a) this.#newline();
    else if (code === 0x0b || code === 0x0c) this.#feed();
    else if (code === 0x0d) this.#column = 0;
    else if (code === 0x9b) this.#beginControl(parser);
    else if ([0x90, 0x98, 0x9d, 0x9e, 0x9f].includes(code)) parser.state = "string";
    else if (code === 0x84) this.#escape("D", stream);
    else if (code === 0x85) this.#escape("E", stream);
    else if (code === 0x8d) this.#escape("M", stream);
  }

  /**
   * Executes a sequence that consists of ESC and this character. `ESC c` resets the style, erases the lines
   * that the cursor can reach, and moves the cursor to the first of them.
   */
  #escape(character: string, stream: Stream): void {
    if (character === "7") this.#save();
    else if (character === "8") this.#restore(stream);
    else if (character === "D") this.#feed();
    else if (character === "E") this.#newline();
    else if (character === "M") this.#row = Math.max(this.#top, this.#row - 1);
    else if (character === "c") {
      this.#setStyle(DEFAULT_STYLE, stream);
      this.#eraseLines(this.#top, this.lines.length);
      this.#row = this.#top;
      this.#column = 0;
    }
  }

  /** Executes a control sequence: `ESC [`, the parameters and this final character. */
  #execute(final: string, parameters: string, stream: Stream): void {
    if (final === "m" && /^[\d;:]*$/.test(parameters)) {
      return this.#setStyle(changeStyle(this.#style, parameters), stream);
    }
    if (!/^[\d;]*$/.test(parameters)) return;
    const [first = 0, second = 0] = parameters.split(";").map(Number);
    const count = Math.max(1, first);
    const bottom = this.#top + SCREEN_ROWS - 1;
    const moveTo = (row: number, column: number): void => {
      this.#row = Math.min(Math.max(row, this.#top), bottom);
      this.#column = Math.min(Math.max(column, 0), MAX_COLUMNS - 1);
    };
    switch (final) {
      case "A":
        return moveTo(this.#row - count, this.#column);
      case "B":
      case "e":
        return moveTo(this.#row + count, this.#column);
      case "C":
      case "a":
        return moveTo(this.#row, this.#column + count);
      case "D":
        return moveTo(this.#row, this.#column - count);
      case "E":
        return moveTo(this.#row + count, 0);
      case "F":
        return moveTo(this.#row - count, 0);
      case "G":
      case "`":
        return moveTo(this.#row, count - 1);
      case "d":
        return moveTo(this.#top + count - 1, this.#column);
      case "H":
      case "f":
        return moveTo(this.#top + count - 1, Math.max(1, second) - 1);
      case "J":
        return this.#eraseScreen(first);
      case "K":
        return this.#eraseLine(first);
      case "X":
        return this.#erase(this.#row, this.#column, this.#column + count);
      case "s":
        return this.#save();
      case "u":
        return this.#restore(stream);
    }
  }

  #print(text: string): void {
    const line = this.#line();
    if (PLAIN.test(text) && this.#column === line.length && this.#fits(text.length)) {
      line.append(text, this.#look);
      this.#column += text.length;
      this.size += text.length;
      this.changed.add(this.#row);
      return;
    }
    for (const character of text) this.#printCharacter(character);
  }

  #printCharacter(character: string): void {
    let width = widthOf(character);
    if (width === 0) {
      this.size += 1;
      this.changed.add(this.#row);
      if (this.#line().combine(this.#column, character)) return;
      width = 1;
    }
    if (!this.#fits(width)) this.#wrap();
    this.#put(character, width);
    this.#column += width;
  }

  #put(text: string, width: number): void {
    const line = this.#line();
    const before = line.length;
    line.put(this.#column, text, width, this.#look);
    this.size += line.length - before;
    this.changed.add(this.#row);
  }

  /** Whether this many columns fit between the cursor and the greatest length of a line. */
  #fits(width: number): boolean {
    return this.#column + width <= MAX_COLUMNS;
  }

  #wrap(): void {
    this.#line().isContinued = true;
    this.#newline();
  }

  #tab(): void {
    const stop = (Math.floor(this.#column / TAB_WIDTH) + 1) * TAB_WIDTH;
    const next = Math.min(stop, MAX_COLUMNS - 1);
    // At the end of a line, the tab is kept as a character, so that it is copied as one.
    if (this.#column >= this.#line().length && next > this.#column) {
      this.#put("\t", next - this.#column);
    }
    this.#column = Math.max(next, this.#column);
  }

  #newline(): void {
    this.#line().newline ??= this.#lookOf(this.#look.stream, DEFAULT_STYLE);
    this.changed.add(this.#row);
    this.#feed();
    this.#column = 0;
  }

  /** Moves the cursor to the next row. */
  #feed(): void {
    this.#row += 1;
    this.#top = Math.max(this.#top, this.#row - SCREEN_ROWS + 1);
    this.#line();
  }

  /** The line of the cursor. If it does not exist yet, it is created with those above it. */
  #line(): Line {
    while (this.lines.length <= this.#row) {
      const last = this.lines.at(-1)!;
      if (!last.newline) {
        last.newline = this.#lookOf(this.#look.stream, DEFAULT_STYLE);
        this.changed.add(this.lines.length - 1);
      }
      this.size += 1;
      this.changed.add(this.lines.push(new Line()) - 1);
    }
    return this.lines[this.#row]!;
  }

  /** Erases the line from the cursor on (0), up to the cursor (1), or all of it (2). */
  #eraseLine(which: number): void {
    if (which > 2) return;
    const from = which === 0 ? this.#column : 0;
    this.#erase(this.#row, from, which === 1 ? this.#column + 1 : Infinity);
  }

  /** Erases the lines that the cursor can reach: from the cursor on (0), up to it (1), or all (2). */
  #eraseScreen(which: number): void {
    if (which > 2) return;
    if (which !== 0) this.#eraseLines(this.#top, this.#row);
    this.#eraseLine(which);
    if (which !== 1) this.#eraseLines(this.#row + 1, this.lines.length);
  }

  #eraseLines(from: number, to: number): void {
    for (let row = from; row < Math.min(to, this.lines.length); row++)
      this.#erase(row, 0, Infinity);
  }

  #erase(row: number, from: number, to: number): void {
    const line = this.lines[row];
    if (!line) return;
    const before = line.length;
    line.erase(from, to, this.#lookOf(this.#look.stream, DEFAULT_STYLE));
    if (to === Infinity) line.isContinued = false;
    this.size -= before - line.length;
    this.changed.add(row);
  }

  #save(): void {
    this.#saved = { row: this.#row - this.#top, column: this.#column, style: this.#style };
  }

  #restore(stream: Stream): void {
    this.#row = this.#top + this.#saved.row;
    this.#column = this.#saved.column;
    this.#setStyle(this.#saved.style, stream);
  }

  #setStyle(style: Style, stream: Stream): void {
    this.#style = style;
    this.#chooseLook(stream);
  }

  /** Chooses the look of further text on this stream. */
  #chooseLook(stream: Stream): void {
    // What the reader types does not take the colours of the program.
    this.#look = this.#lookOf(stream, stream === "stdin" ? DEFAULT_STYLE : this.#style);
  }

  #lookOf(stream: Stream, style: Style): Look {
    const key = `${stream} ${style.key}`;
    let look = this.#looks.get(key);
    if (!look) this.#looks.set(key, (look = { stream, style }));
    return look;
  }
}

/** Returns what a terminal finally shows if this text is printed to stdout. */
export function finalText(text: string): string {
  const terminal = new Terminal();
  terminal.write("stdout", text);
  return terminal.lines
    .slice(0, terminal.height)
    .flatMap((line) => line.runs().map((run) => run.text))
    .join("");
}
