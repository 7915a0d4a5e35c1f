/** Makes `File "x.py", line 3` in a traceback lead to that line of the widget's code. */
import { element } from "../kit/dom.ts";

export interface LineLinks {
  filename: string;
  /** Where the link points, for the address a browser shows; `go` is what happens. */
  href: string;
  go: (line: number) => void;
}

/** Where the snippet's own lines are named in the text: `{index, length, line}` of each. */
export function findLines(
  text: string,
  filename: string,
): { index: number; length: number; line: number }[] {
  const found = [];
  for (const match of text.matchAll(/File "([^"\n]*)", line (\d+)|([^\s:"']+\.py):(\d+)/g)) {
    if ((match[1] ?? match[3]) !== filename) continue;
    const line = Number(match[2] ?? match[4]);
    if (line >= 1) found.push({ index: match.index, length: match[0].length, line });
  }
  return found;
}

/** Replaces, inside an element that holds text only, the places found by links. */
export function linkLines(parent: HTMLElement, links: LineLinks): void {
  const text = parent.textContent;
  const found = findLines(text, links.filename);
  if (found.length === 0) return;
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const { index, length, line } of found) {
    const link = element("a", "runnable-line-link", text.slice(index, index + length));
    link.href = links.href;
    link.title = `Go to line ${line}`;
    link.addEventListener("click", (event) => {
      // The theme's instant navigation listens for clicks on links as well.
      event.preventDefault();
      event.stopPropagation();
      links.go(line);
    });
    parts.push(text.slice(at, index), link);
    at = index + length;
  }
  parent.replaceChildren(...parts, text.slice(at));
}
