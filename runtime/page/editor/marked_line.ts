/** One marked line of the editor's text, which goes with the text as it changes. */
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

const marked = Decoration.line({ class: "runnable-marked" });

/** The offset at which the line begins; undefined for none. */
export const setMark = StateEffect.define<number | undefined>();

export const marking = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMark)) continue;
      now =
        effect.value === undefined ? Decoration.none : Decoration.set(marked.range(effect.value));
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});
