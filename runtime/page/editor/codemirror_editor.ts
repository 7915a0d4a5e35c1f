/** The CodeMirror editor. Loaded as a chunk of its own when the reader first goes to the code. */
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
import { difference, type Caret, type Editor, type EditorOptions } from "./editor.ts";
import { folding, setFolds } from "./folded_lines.ts";
import type { LineRange } from "./line_ranges.ts";
import { marking, setMark } from "./marked_line.ts";

/** Marks a change that came from outside, which nobody outside has to be told of. */
const external = Annotation.define<boolean>();

export function createEditor(options: EditorOptions): Editor {
  const { parent, hidden, onChange, onEscape, onLine } = options;
  // A file's last newline ends its last line; the editor would show it as one line more.
  const [source, ending] = splitEnding(options.source);
  let currentEnding = ending;
  const firstShown = hidden[0]?.from === 1 ? hidden[0].to + 1 : 1;
  const state = EditorState.create({
    doc: source,
    extensions: [
      lineNumbers(),
      history(),
      folding(hidden),
      marking,
      python(),
      indentUnit.of("    "),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      syntaxHighlighting(classHighlighter),
      // Tab is left alone: it moves the focus on. Mod-Enter belongs to the widget around.
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
        const own = !update.transactions.some((transaction) => transaction.annotation(external));
        if (update.docChanged && own) {
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
  // Made outside of the page first: the static code is replaced in one step, without a gap.
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
      // The browser would scroll to the start of the code, away from where the reader clicked.
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
      view.dispatch({ effects: setMark.of(line?.from) });
    },
  };
}

function splitEnding(source: string): [text: string, ending: string] {
  return source.endsWith("\n") ? [source.slice(0, -1), "\n"] : [source, ""];
}

function offsetOf(doc: Text, { line, column }: Caret): number {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.from + column, found.to);
}
