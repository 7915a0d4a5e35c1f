/** The interface of an editor, which both CodeMirror and the plain text field implement. */
import type { LineRange } from "./line_ranges.ts";

/**
 * A position in the source: a line, counted from 1, and a column in UTF-16 units, counted from 0.
 */
export interface Caret {
  line: number;
  column: number;
}

export interface EditorOptions {
  /** The element whose content the editor replaces. */
  parent: HTMLElement;
  source: string;
  /** The lines that are folded at first. */
  hidden: LineRange[];
  /** Where the caret is at first; by default, at the beginning of the first line that is not folded. */
  caret: Caret | undefined;
  /** The accessible name of the editor. */
  label: string;
  /** The id of the element that explains the keys. */
  describedBy: string;
  /** Called with the new source when the reader has changed the text. */
  onChange: (source: string) => void;
  onEscape: () => void;
  /**
   * Called with the line of the caret, or with 0 when the editor has lost the focus. Only the CodeMirror
   * editor calls it.
   */
  onLine: (line: number) => void;
}

/** The methods of an editor. The plain text field folds and highlights no lines. */
export interface Editor {
  /**
   * Replaces the text without calling `onChange`, and folds the lines in `hidden`, apart from ranges that
   * contain the caret. In the CodeMirror editor, the reader can undo the replacement like an edit.
   */
  set(source: string, hidden: LineRange[]): void;
  focus(): void;
  /** Unfolds, selects and focuses a line, and scrolls it into view. */
  goTo(line: number): void;
  /** Highlights a line without focusing it; 0 removes the highlight. */
  mark(line: number): void;
}
