/** Finds the position in the static code at a point of the screen, for the caret of the editor. */
import type { Caret } from "./editor.ts";

/**
 * Returns the position in the code at a point of the viewport, or undefined if the code has no lines.
 * A point to the left of a line's text belongs to the beginning of the line, and a point to the right of
 * the text to the end of the line. A point above all lines belongs to the first line, and a point below
 * all lines to the last one.
 */
export function caretAt(code: HTMLElement, x: number, y: number): Caret | undefined {
  const line = lineAt(code, y);
  const number = Number(line?.dataset["line"]);
  if (!line || !Number.isInteger(number)) return undefined;
  const position = domPositionAt(x, y);
  if (!position || !line.contains(position.node)) {
    const isBehind = x > line.getBoundingClientRect().left;
    return { line: number, column: isBehind ? textOf(line).length : 0 };
  }
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(position.node, position.offset);
  return { line: number, column: Math.min(before.toString().length, textOf(line).length) };
}

/** Finds the line at this height of the viewport, or else the last line. */
function lineAt(code: HTMLElement, y: number): HTMLElement | undefined {
  const lines = [...code.querySelectorAll<HTMLElement>(".runnable-line")];
  return lines.find((line) => y < line.getBoundingClientRect().bottom) ?? lines.at(-1);
}

function textOf(line: HTMLElement): string {
  return line.textContent.replace(/\n$/, "");
}

function domPositionAt(x: number, y: number): { node: Node; offset: number } | undefined {
  if ("caretPositionFromPoint" in document) {
    const position = document.caretPositionFromPoint(x, y);
    return position ? { node: position.offsetNode, offset: position.offset } : undefined;
  }
  // Older versions of Safari have only this method.
  const range = (document as Document).caretRangeFromPoint(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}
