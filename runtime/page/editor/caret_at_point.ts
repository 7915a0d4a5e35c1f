/** Finds the place in the static code that was clicked on, so that the editor's caret lands there. */
import type { Caret } from "./editor.ts";

/** The caret for a point of the viewport; undefined when no line of the code is there. */
export function caretAt(code: HTMLElement, x: number, y: number): Caret | undefined {
  const line = lineAt(code, y);
  const number = Number(line?.dataset["line"]);
  if (!line || !Number.isInteger(number)) return undefined;
  const place = placeAt(x, y);
  if (!place || !line.contains(place.node)) {
    // Beside the line: before its number, or behind its end.
    const behind = x > line.getBoundingClientRect().left;
    return { line: number, column: behind ? textOf(line).length : 0 };
  }
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(place.node, place.offset);
  return { line: number, column: Math.min(before.toString().length, textOf(line).length) };
}

/** Whether the reader has selected text in here, to copy it for example. */
export function hasSelection(code: HTMLElement): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(code, true);
}

function lineAt(code: HTMLElement, y: number): HTMLElement | undefined {
  const lines = [...code.querySelectorAll<HTMLElement>(".runnable-line")];
  return lines.find((line) => y < line.getBoundingClientRect().bottom) ?? lines.at(-1);
}

function textOf(line: HTMLElement): string {
  return line.textContent.replace(/\n$/, "");
}

function placeAt(x: number, y: number): { node: Node; offset: number } | undefined {
  if ("caretPositionFromPoint" in document) {
    const position = document.caretPositionFromPoint(x, y);
    return position ? { node: position.offsetNode, offset: position.offset } : undefined;
  }
  // Safari's older name for the same.
  const range = (document as Document).caretRangeFromPoint(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}
