/**
 * Shows the code of a widget: as static HTML at first, and in an editor when the reader wants to edit or has
 * edited the code before.
 */
import type { Draft } from "../session/draft.ts";
import { caretAt } from "./caret_at_point.ts";
import { onEditIntent } from "./edit_intent.ts";
import type { Caret, Editor, EditorOptions } from "./editor.ts";
import { locateHidden, type LineRange } from "./line_ranges.ts";
import { createPlainEditor } from "./plain_editor.ts";
import { hasSelection, markStatic, type CodeLabels } from "./static_code.ts";

export interface CodeOptions {
  /** The element `.runnable-code`, which contains the static code. */
  parent: HTMLElement;
  draft: Draft;
  /** The lines of the published source that the page shows; empty for all of them. */
  shown: LineRange[];
  labels: CodeLabels;
  /** Called when the reader presses Escape in the editor. */
  onEscape: () => void;
  /** Called with the line at the pointer or the caret, or with 0 if there is none. */
  onLine: (line: number) => void;
  /** Called when a plain text field has opened, because the editor could not be loaded. */
  onPlain: () => void;
}

const never = (): boolean => false;

export class CodeView {
  readonly #options: CodeOptions;
  readonly #static: Node[];
  /**
   * Aborted when the view closes, or when the editor opens, which handles clicks and keys itself.
   */
  readonly #opened = new AbortController();
  #closed = false;
  /** The highlighted line; 0 for none. */
  #marked = 0;
  #editor: Editor | undefined;
  readonly #onDraft = (source: string): void => this.#update(source);

  constructor(options: CodeOptions) {
    this.#options = options;
    const { parent, draft } = options;
    this.#static = [...parent.childNodes];
    draft.subscribe(this.#onDraft);
    this.#followPointer();
    onEditIntent(parent, this.#opened.signal, {
      prepare: () => void loadEditor().catch(() => undefined),
      edit: (caret) => void this.open(caret),
    });
    // If the reader has edited the code before, for example on an earlier visit, the editor opens, so
    // that readers see the code that will run.
    if (draft.isEdited) void this.show();
  }

  /**
   * Opens and focuses the editor at a reader's request. The code stays static if, by the time the editor
   * has been loaded, the focus has left the code or the reader has selected text in it. If the editor is
   * open already, nothing happens.
   */
  open(caret?: Caret): Promise<void> {
    const { parent } = this.#options;
    const hasFocus = (): boolean => parent.contains(document.activeElement);
    // While the editor is being loaded, the reader may move on or start to select text.
    const isUnwanted = (): boolean => !hasFocus() || hasSelection(parent);
    return this.#open(caret, hasFocus, isUnwanted);
  }

  /** Opens the editor, with the caret at the point of the viewport that the reader has pressed. */
  openAt(x: number, y: number): Promise<void> {
    return this.open(caretAt(this.#options.parent, x, y));
  }

  /** Opens the editor without focusing it, for example because the draft has changed. */
  show(): Promise<void> {
    return this.#open();
  }

  /** Opens the editor, and selects and focuses a line. */
  async goTo(line: number): Promise<void> {
    await this.show();
    this.#editor?.goTo(line);
  }

  /** Highlights a line; 0 removes the highlight. Static code also scrolls to the line. */
  mark(line: number): void {
    this.#marked = line;
    if (this.#editor) return this.#editor.mark(line);
    markStatic(this.#options.parent, line);
  }

  /** Unsubscribes from the draft, which outlives the widget, and restores the static code. */
  close(): void {
    const { parent, draft } = this.#options;
    this.#closed = true;
    this.#opened.abort();
    draft.unsubscribe(this.#onDraft);
    parent.classList.remove("runnable-editing");
    parent.replaceChildren(...this.#static);
  }

  /** Reports the line under the pointer, until the editor opens. */
  #followPointer(): void {
    const { parent, onLine } = this.#options;
    const { signal } = this.#opened;
    const onMove = ({ target }: PointerEvent): void => {
      const line = target instanceof Element && target.closest<HTMLElement>(".runnable-line");
      onLine(line ? Number(line.dataset["line"]) : 0);
    };
    parent.addEventListener("pointerover", onMove, { signal, passive: true });
    parent.addEventListener("pointerleave", () => onLine(0), { signal, passive: true });
  }

  /**
   * Loads and opens the editor.
   *
   * @param caret - Where to put the caret; by default, at the beginning of the first visible line.
   * @param hasFocus - Called just before the editor opens; returns whether the editor should take the focus.
   * @param isUnwanted - Called when the module of the editor has been loaded, or could not be loaded;
   *   returns whether the editor should not open any more.
   */
  async #open(
    caret?: Caret,
    hasFocus: () => boolean = never,
    isUnwanted: () => boolean = never,
  ): Promise<void> {
    const create = await loadEditor().catch(() => undefined);
    if (this.#editor || this.#closed || isUnwanted()) return;
    const { parent, draft, labels, onEscape, onLine, onPlain } = this.#options;
    const hadFocus = hasFocus();
    const options: EditorOptions = {
      parent,
      source: draft.source,
      hidden: this.#hidden(),
      caret,
      ...labels,
      onChange: (source) => draft.set(source, this.#onDraft),
      onEscape,
      onLine,
    };
    this.#editor = (create ?? createPlainEditor)(options);
    for (const name of ["tabindex", "role", "aria-label", "aria-describedby"]) {
      parent.removeAttribute(name);
    }
    this.#opened.abort();
    parent.classList.add("runnable-editing");
    if (hadFocus) this.#editor.focus();
    if (!create) onPlain();
    if (this.#marked > 0) this.#editor.mark(this.#marked);
  }

  /** Shows a change that was made elsewhere, for example in another widget with the same draft. */
  #update(source: string): void {
    if (this.#editor) this.#editor.set(source, this.#hidden());
    else void this.show();
  }

  /** The lines of the draft that the editor folds when it opens, or when the draft changes elsewhere. */
  #hidden(): LineRange[] {
    const { draft, shown } = this.#options;
    return locateHidden(draft.original, shown, draft.source);
  }
}

type CreateEditor = (options: EditorOptions) => Editor;

let loading: Promise<CreateEditor> | undefined;

/** Loads the editor once. After a failure, the next call tries again. */
function loadEditor(): Promise<CreateEditor> {
  loading ??= import("./codemirror_editor.ts")
    .then(({ createEditor }) => createEditor)
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}
