/** A plain text field in which readers can edit code if CodeMirror could not be loaded. */
import { element } from "../kit/dom.ts";
import type { Editor, EditorOptions } from "./editor.ts";
import { countLines } from "./line_ranges.ts";

/** Opens a text field in place of the content of `parent`. */
export function createPlainEditor(options: EditorOptions): Editor {
  const field = element("textarea", "runnable-plain");
  field.value = options.source;
  field.spellcheck = false;
  field.autocapitalize = "off";
  field.setAttribute("autocorrect", "off");
  field.setAttribute("aria-label", options.label);
  field.setAttribute("aria-describedby", options.describedBy);
  const fitHeight = (): void => {
    field.rows = countLines(field.value) + 1;
  };
  // Selects a whole line, or places the caret in the line if there is a column.
  const select = (line: number, column?: number): void => {
    const start = field.value.split("\n", line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const newline = field.value.indexOf("\n", start);
    const end = newline < 0 ? field.value.length : newline;
    if (column === undefined) field.setSelectionRange(start, end);
    else field.setSelectionRange(Math.min(start + column, end), Math.min(start + column, end));
  };
  field.addEventListener("input", () => {
    fitHeight();
    options.onChange(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") options.onEscape();
  });
  fitHeight();
  options.parent.replaceChildren(field);
  select(options.caret?.line ?? 1, options.caret?.column ?? 0);
  return {
    set(source) {
      field.value = source;
      fitHeight();
    },
    focus() {
      field.focus({ preventScroll: true });
    },
    goTo(line) {
      field.focus();
      select(line);
    },
    // Text fields cannot highlight a line, and selecting it would replace the reader's own
    // selection.
    mark() {},
  };
}
