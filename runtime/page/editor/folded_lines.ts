/** Folds the lines that the page does not show, until the reader unfolds them. */
import {
  RangeSet,
  StateEffect,
  StateField,
  type EditorState,
  type Extension,
  type Text,
} from "@codemirror/state";
import { Decoration, EditorView, keymap, WidgetType, type DecorationSet } from "@codemirror/view";
import type { LineRange } from "./line_ranges.ts";

/** Folds these lines, apart from ranges in which a selection begins or ends, and unfolds all others. */
export const setFolds = StateEffect.define<LineRange[]>();

/**
 * The button that replaces folded lines, on the border between two line numbers. It has no height,
 * so that the other lines are in the same places as in the static code.
 */
class FoldWidget extends WidgetType {
  readonly from: number;
  readonly to: number;

  constructor(from: number, to: number) {
    super();
    this.from = from;
    this.to = to;
  }

  override eq(other: FoldWidget): boolean {
    return other.from === this.from && other.to === this.to;
  }

  override get estimatedHeight(): number {
    return 0;
  }

  override ignoreEvent(): boolean {
    return true;
  }

  override toDOM(view: EditorView): HTMLElement {
    const wrap = document.createElement("div");
    wrap.className = "runnable-fold";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "⋯";
    const lines = this.from === this.to ? `line ${this.from}` : `lines ${this.from} to ${this.to}`;
    button.setAttribute("aria-label", `Show ${lines}`);
    button.title = `Show ${lines}`;
    button.addEventListener("click", () => {
      const line = view.state.doc.line(Math.min(this.from, view.state.doc.lines));
      view.dispatch({ selection: { anchor: line.from } });
      view.focus();
    });
    wrap.append(button);
    return wrap;
  }
}

/** Returns decorations that fold these lines. Ignores ranges that are not completely in the document. */
function decorate(doc: Text, ranges: LineRange[]): DecorationSet {
  const decorations = ranges
    .filter(({ from, to }) => from >= 1 && to <= doc.lines && from <= to)
    .map(({ from, to }) =>
      Decoration.replace({ block: true, widget: new FoldWidget(from, to) }).range(
        doc.line(from).from,
        doc.line(to).to,
      ),
    );
  return Decoration.set(decorations, true);
}

/** Drops empty folds, folds of incomplete lines, and folds in which a selection begins or ends. */
function dropInvalid(state: EditorState, folds: DecorationSet): DecorationSet {
  const kept: LineRange[] = [];
  const { doc, selection } = state;
  const cursor = folds.iter();
  for (; cursor.value; cursor.next()) {
    const { from, to } = cursor;
    const first = doc.lineAt(from);
    const last = doc.lineAt(to);
    const isWhole = first.from === from && last.to === to && from < to;
    const hasCaret = selection.ranges.some(({ anchor, head }) =>
      [anchor, head].some((offset) => offset >= from && offset <= to),
    );
    if (isWhole && !hasCaret) kept.push({ from: first.number, to: last.number });
  }
  return decorate(doc, kept);
}

/** An extension that folds these lines at first. Moving the caret into a fold unfolds it. */
export function folding(hidden: LineRange[]): Extension {
  const field = StateField.define<DecorationSet>({
    create: (state) => decorate(state.doc, hidden),
    update(folds, transaction) {
      for (const effect of transaction.effects) {
        if (effect.is(setFolds)) {
          return dropInvalid(transaction.state, decorate(transaction.state.doc, effect.value));
        }
      }
      if (!transaction.docChanged && !transaction.selection) return folds;
      if (folds === RangeSet.empty) return folds;
      return dropInvalid(transaction.state, folds.map(transaction.changes));
    },
    provide: (self) => EditorView.decorations.from(self),
  });
  const unfoldAll = (view: EditorView): boolean => {
    view.dispatch({ effects: setFolds.of([]) });
    return true;
  };
  // These are the keys of CodeMirror's own command `unfoldCode`.
  return [field, keymap.of([{ key: "Ctrl-Shift-]", mac: "Cmd-Alt-]", run: unfoldAll }])];
}
