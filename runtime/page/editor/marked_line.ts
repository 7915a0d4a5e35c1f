/** Highlights a line of the CodeMirror editor. The highlight moves with the line when the text changes. */
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

const highlight = Decoration.line({ class: "runnable-marked" });

/** Highlights the line that begins at this offset; undefined removes the highlight. */
export const setMarkedLine = StateEffect.define<number | undefined>();

export const markedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(current, transaction) {
    let next = current.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarkedLine)) continue;
      const offset = effect.value;
      next = offset === undefined ? Decoration.none : Decoration.set(highlight.range(offset));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
