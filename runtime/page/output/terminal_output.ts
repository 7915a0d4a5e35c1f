/**
 * Shows the output of a program that prints control characters, for example to move the cursor or to use
 * colours. The page loads this module when a program prints the first of them. From then on, this module
 * also shows the last lines of the output that is there already, because they can change.
 */
import { element } from "../kit/dom.ts";
import {
  FRAME_TEXT,
  MAX_TEXT,
  MAX_WRITTEN,
  type Piece,
  type Schedule,
  type Stream,
} from "./frame_batcher.ts";
import { linkLines, type LineLinks } from "./line_links.ts";
import { Terminal, type Line, type Look, type Run } from "./terminal.ts";
import { appearanceOf } from "./terminal_style.ts";

/** If the cursor is below a line that was not redrawn for this long, the line counts as complete. */
const SETTLED_MS = 1_000;

/** The part of the page in which the lines are shown. */
export interface Screen {
  readonly links: LineLinks;
  /** Removes this many characters from the end of the output. */
  cut(length: number): void;
  /** Changes the output with `draw`. If the end of the output was in view, it stays in view. */
  update(draw: () => void): void;
  /** Adds a line below those that are there. */
  add(line: HTMLElement): void;
}

/** A line of the terminal as the page shows it. */
interface Row {
  element: HTMLElement;
  runs: readonly Run[];
  /** When the row was last redrawn rather than only extended at its end, in ms by `#now`; 0 if never. */
  redrawnAt: number;
}

export class TerminalOutput {
  readonly #terminal = new Terminal();
  readonly #screen: Screen;
  readonly #schedule: Schedule;
  readonly #now: () => number;
  /** The number of the first line that is shown here. The lines before that can no longer change. */
  readonly #first: number;
  readonly #rows: Row[] = [];
  /** Numbers of the lines that screen readers do not announce, because they are being redrawn. */
  readonly #silent = new Set<number>();
  /** How much text was written since the terminal was opened, even if it was overwritten later. */
  #written = 0;
  #isScheduled = false;
  #drained: (() => void)[] = [];

  /** `before` is what the page shows already, without control characters other than tabs and newlines. */
  constructor(
    screen: Screen,
    schedule: Schedule,
    before: readonly Piece[],
    now = (): number => performance.now(),
  ) {
    this.#screen = screen;
    this.#schedule = schedule;
    this.#now = now;
    for (const { stream, text } of before) this.#terminal.write(stream, text);
    this.#terminal.changed.clear();
    const { top, lines } = this.#terminal;
    this.#first = top;
    const shown = lines.slice(top).map((line) => lengthOf(line.runs()));
    screen.update(() => {
      screen.cut(shown.reduce((sum, length) => sum + length, 0));
      this.#draw();
    });
  }

  /** Adds a text; returns false if all or some of it was dropped because there is too much. */
  write(stream: Stream, text: string): boolean {
    this.#written += text.length;
    const room = MAX_TEXT - this.#terminal.size;
    if (this.#written > MAX_WRITTEN || room <= 0) return false;
    this.#terminal.write(stream, text.slice(0, room));
    this.#schedulePending();
    return text.length <= room;
  }

  /**
   * The first `length` characters of what the terminal shows, as plain text and without what the reader has
   * typed. A new line begins where the stream changes.
   */
  text(length: number): string {
    let text = "";
    for (const line of this.#terminal.transcript()) {
      if (line.stream === "stdin") continue;
      text += `${line.text}\n`;
      if (text.length >= length) break;
    }
    return text.slice(0, length);
  }

  /** Resolves when everything written so far is in the page. */
  drained(): Promise<void> {
    if (this.#terminal.changed.size === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#drained.push(resolve));
  }

  /** Called when the run is over. Lets screen readers announce the final state of redrawn lines. */
  end(): void {
    this.#screen.update(() => {
      for (const row of [...this.#silent]) this.#settle(row);
    });
  }

  #schedulePending(): void {
    if (this.#isScheduled || this.#terminal.changed.size === 0) return;
    this.#isScheduled = true;
    this.#schedule(() => {
      this.#isScheduled = false;
      this.#screen.update(() => this.#draw());
      this.#schedulePending();
      if (this.#terminal.changed.size > 0) return;
      for (const resolve of this.#drained.splice(0)) resolve();
    });
  }

  /** Draws the lines that have changed, from top to bottom, as many as one frame should draw. */
  #draw(): void {
    const { changed, lines, height } = this.#terminal;
    while (this.#first + this.#rows.length > height) this.#removeLast();
    for (let row = this.#first + this.#rows.length; row < height; row++) changed.add(row);
    let room = FRAME_TEXT;
    for (const row of [...changed].toSorted((one, other) => one - other)) {
      if (room <= 0) break;
      changed.delete(row);
      if (row >= height) continue;
      room -= this.#drawRow(row, lines[row]!);
    }
    this.#settleRows();
  }

  /** Shows a line as it is now; returns how long its text is, or 0 if nothing has changed. */
  #drawRow(row: number, line: Line): number {
    const runs = line.runs();
    const shown = this.#rows[row - this.#first];
    if (!shown) {
      const drawn = this.#create(runs);
      this.#rows[row - this.#first] = { element: drawn, runs, redrawnAt: 0 };
      this.#screen.add(drawn);
      return lengthOf(runs);
    }
    if (isSame(shown.runs, runs)) return 0;
    const added = addedRuns(shown.runs, runs);
    if (added) {
      // Screen readers announce only what was added.
      shown.element.append(...added.map(({ look, text }) => this.#part(look, text)));
    } else {
      if (lengthOf(shown.runs) > 0) this.#silence(row, shown);
      this.#fill(shown.element, runs);
    }
    shown.runs = runs;
    return lengthOf(runs);
  }

  /**
   * Keeps screen readers from announcing a line whenever it is redrawn. They announce the line when it
   * counts as complete, or when the run ends.
   */
  #silence(row: number, shown: Row): void {
    shown.redrawnAt = this.#now();
    shown.element.setAttribute("aria-live", "off");
    this.#silent.add(row);
  }

  /** Lets screen readers announce the lines that count as complete. */
  #settleRows(): void {
    const { top, row: cursor } = this.#terminal;
    for (const row of this.#silent) {
      const isOld = this.#now() - this.#rows[row - this.#first]!.redrawnAt > SETTLED_MS;
      if (row < top || (row < cursor && isOld)) this.#settle(row);
    }
  }

  /** Replaces a line with a copy, which screen readers announce because it is new. */
  #settle(row: number): void {
    this.#silent.delete(row);
    const shown = this.#rows[row - this.#first]!;
    const copy = this.#create(shown.runs);
    shown.element.replaceWith(copy);
    shown.element = copy;
  }

  #removeLast(): void {
    this.#rows.pop()!.element.remove();
    this.#silent.delete(this.#first + this.#rows.length);
  }

  #create(runs: readonly Run[]): HTMLElement {
    const line = element("span", "");
    this.#fill(line, runs);
    return line;
  }

  #fill(line: HTMLElement, runs: readonly Run[]): void {
    line.replaceChildren();
    const isError = runs.length > 0 && runs.every(({ look }) => look.stream === "stderr");
    line.className = isError ? "runnable-block runnable-stderr" : "runnable-block";
    let errors: HTMLElement | undefined;
    for (const { look, text } of runs) {
      const part = this.#part(look, text);
      if (look.stream !== "stderr" || isError) {
        errors = undefined;
        line.append(part);
      } else {
        // Neighbouring parts on stderr share one element, so that there is one bar beside them.
        if (!errors) line.append((errors = element("span", "runnable-stderr")));
        errors.append(part);
      }
    }
  }

  #part(look: Look, text: string): HTMLElement | string {
    const appearance = appearanceOf(look.style);
    const needsElement = appearance || look.stream !== "stdout";
    if (!needsElement || (look.stream === "stdin" && text === "\n")) return text;
    const part = element("span", look.stream === "stdin" ? "runnable-answer" : "", text);
    if (look.stream === "stderr") linkLines(part, this.#screen.links);
    if (!appearance) return part;
    part.classList.add(...appearance.classes);
    for (const [name, value] of Object.entries(appearance.properties)) {
      part.style.setProperty(name, value);
    }
    return part;
  }
}

const lengthOf = (runs: readonly Run[]): number =>
  runs.reduce((sum, { text }) => sum + text.length, 0);

function isSame(one: readonly Run[], other: readonly Run[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ look, text }, index) => {
      return look === other[index]!.look && text === other[index]!.text;
    })
  );
}

/**
 * Returns what was added at the end of a line, or undefined if the line has to be drawn anew: because it
 * was empty, because anything else in it has changed, or because it has text on stderr, whose parts share
 * an element.
 */
function addedRuns(before: readonly Run[], after: readonly Run[]): Run[] | undefined {
  const last = before.at(-1);
  const now = after[before.length - 1];
  if (!last || !now || after.some(({ look }) => look.stream === "stderr")) return undefined;
  if (!isSame(before.slice(0, -1), after.slice(0, before.length - 1))) return undefined;
  if (last.look !== now.look || !now.text.startsWith(last.text)) return undefined;
  const rest = { look: now.look, text: now.text.slice(last.text.length) };
  return [rest, ...after.slice(before.length)].filter(({ text }) => text !== "");
}
