/**
 * The CodeMirror editor. The page loads this module when a pointer is pressed on the code, or when an editor
 * is about to open.
 */
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { Annotation, EditorState, type Text } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Caret, Editor, EditorOptions } from "./editor.ts";
import { folding, setFolds } from "./folded_lines.ts";
import type { LineRange } from "./line_ranges.ts";
import { markedLine, setMarkedLine } from "./marked_line.ts";
import { difference } from "./text_difference.ts";
import { addStyles } from "../kit/styles.ts";
import styles from "../styles/late/editor.css";

/** Marks the changes that the method `set` makes. `onChange` is not called for them. */
const external = Annotation.define<boolean>();

/** Opens an editor in place of the content of `parent`. */
export function createEditor(options: EditorOptions): Editor {
  addStyles(styles);
  const { parent, hidden, onChange, onEscape, onLine } = options;
  // CodeMirror would show a final newline as another, empty line.
  const [source, ending] = splitEnding(options.source);
  let currentEnding = ending;
  const firstShown = hidden[0]?.from === 1 ? hidden[0].to + 1 : 1;
  const state = EditorState.create({
    doc: source,
    extensions: [
      lineNumbers(),
      history(),
      folding(hidden),
      markedLine,
      python(),
      indentUnit.of("    "),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      syntaxHighlighting(classHighlighter),
      // Tab has no key binding here, so it moves the focus to the next element, as on the rest of the
      // page. Mod-Enter (Ctrl+Enter or Cmd+Enter) runs the program; the widget handles this key itself.
      keymap.of([
        ...closeBracketsKeymap,
        ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
        ...historyKeymap,
        {
          key: "Escape",
          run: () => {
            onEscape();
            return true;
          },
        },
      ]),
      EditorView.contentAttributes.of({
        "aria-label": options.label,
        "aria-describedby": options.describedBy,
      }),
      EditorView.updateListener.of((update) => {
        const isByReader = !update.transactions.some((transaction) =>
          transaction.annotation(external),
        );
        if (update.docChanged && isByReader) {
          onChange(update.state.doc.toString() + currentEnding);
        }
        if (update.selectionSet || update.focusChanged) {
          const { head } = update.state.selection.main;
          onLine(update.view.hasFocus ? update.state.doc.lineAt(head).number : 0);
        }
      }),
    ],
  });
  const caret = offsetOf(state.doc, options.caret ?? { line: firstShown, column: 0 });
  // The view is complete before it replaces the static code, so the page does not flicker.
  const view = new EditorView({ state: state.update({ selection: { anchor: caret } }).state });
  parent.replaceChildren(view.dom);
  return {
    set(next: string, nextHidden: LineRange[]) {
      const [text, nextEnding] = splitEnding(next);
      currentEnding = nextEnding;
      const changes = difference(view.state.doc.toString(), text);
      view.dispatch({ changes, annotations: external.of(true) });
      view.dispatch({ effects: setFolds.of(nextHidden) });
    },
    focus() {
      // Without `preventScroll`, the browser would scroll from where the reader clicked to the
      // first line.
      view.contentDOM.focus({ preventScroll: true });
    },
    goTo(number: number) {
      const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
      const selection = { anchor: line.from, head: line.to };
      view.dispatch({
        selection,
        effects: EditorView.scrollIntoView(line.from, { y: "center" }),
      });
      view.contentDOM.focus({ preventScroll: true });
    },
    mark(number: number) {
      const { doc } = view.state;
      const line = number >= 1 && number <= doc.lines ? doc.line(number) : undefined;
      view.dispatch({ effects: setMarkedLine.of(line?.from) });
    },
  };
}

/** Divides a source into the text and its final newline, if it has one. */
function splitEnding(source: string): [text: string, ending: string] {
  return source.endsWith("\n") ? [source.slice(0, -1), "\n"] : [source, ""];
}

function offsetOf(doc: Text, { line, column }: Caret): number {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.from + column, found.to);
}
