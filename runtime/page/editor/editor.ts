/** What the widget knows of an editor; CodeMirror and the plain text field both are one. */
import type { LineRange } from "./line_ranges.ts";

/** A place in the source: 1-based line, 0-based column in UTF-16 units. */
export interface Caret {
  line: number;
  column: number;
}

export interface EditorOptions {
  /** The element whose content the editor becomes. */
  parent: HTMLElement;
  source: string;
  /** Lines to fold away until the reader asks for them. */
  hidden: LineRange[];
  caret: Caret | undefined;
  /** Accessible name, and the id of the element that explains the keys. */
  label: string;
  describedBy: string;
  onChange: (source: string) => void;
  onEscape: () => void;
  /** The caret is in this line now; 0: the focus has gone. */
  onLine: (line: number) => void;
}

export interface Editor {
  /** Replaces the text as an edit that the reader can undo; does not call `onChange`. */
  set(source: string, hidden: LineRange[]): void;
  focus(): void;
  /** Selects a line, unfolding it, and brings it into view with the focus. */
  goTo(line: number): void;
  /** Marks a line, without the focus; 0 for none. */
  mark(line: number): void;
}

/** The smallest replacement that turns one text into another. */
export function difference(
  before: string,
  after: string,
): { from: number; to: number; insert: string } {
  let from = 0;
  const shorter = Math.min(before.length, after.length);
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let end = 0;
  while (
    end < shorter - from &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end++;
  }
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
