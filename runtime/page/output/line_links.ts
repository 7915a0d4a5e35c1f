/** Turns references such as `File "x.py", line 3` in a traceback into links to the line of the code. */
import { element } from "../kit/dom.ts";

export interface LineLinks {
  /** The file name of the snippet, whose lines are linked. */
  filename: string;
  /** The address that the browser shows for a link. Following the link only calls `go`. */
  href: string;
  /** Called with the line when the reader follows a link. */
  go: (line: number) => void;
}

/** A part of a text that names a line of the snippet. */
export interface LineReference {
  /** The offset at which the reference begins. */
  index: number;
  length: number;
  /** The number of the line that is named. */
  line: number;
}

/** Finds the references in a text to lines of this file. */
export function findLines(text: string, filename: string): LineReference[] {
  const found = [];
  // The name may contain characters that have a meaning in regular expressions.
  const name = filename.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  // A traceback says `File "x.py", line 3`, and a warning says `x.py:3`, where the name must not be the end
  // of a longer name or path.
  const references = new RegExp(`File "${name}", line (\\d+)|(?<![^\\s:"'])${name}:(\\d+)`, "g");
  for (const match of text.matchAll(references)) {
    const line = Number(match[1] ?? match[2]);
    if (line >= 1) found.push({ index: match.index, length: match[0].length, line });
  }
  return found;
}

/** Replaces references to lines with links. The element must contain nothing but text. */
export function linkLines(parent: HTMLElement, links: LineLinks): void {
  const text = parent.textContent;
  const found = findLines(text, links.filename);
  if (found.length === 0) return;
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const { index, length, line } of found) {
    const link = element("a", "runnable-line-link", text.slice(index, index + length));
    link.href = links.href;
    link.title = `Go to line ${line}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      // The theme's instant navigation listens for clicks on links as well.
      event.stopPropagation();
      links.go(line);
    });
    parts.push(text.slice(end, index), link);
    end = index + length;
  }
  parent.replaceChildren(...parts, text.slice(end));
}
