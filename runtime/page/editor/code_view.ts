/** The code of a widget: static until the reader wants to edit it, then an editor in its place. */
import { hasSelection } from "./caret_at_point.ts";
import type { Draft } from "../session/draft.ts";
import type { Caret, Editor, EditorOptions } from "./editor.ts";
import { onEditIntent } from "./edit_intent.ts";
import { locateHidden, type LineRange } from "./line_ranges.ts";
import { createPlainEditor } from "./plain_editor.ts";

export interface CodeOptions {
  /** `.runnable-code`, with the static code in it. */
  parent: HTMLElement;
  draft: Draft;
  /** The lines the page shows of the published source; empty for all of them. */
  shown: LineRange[];
  label: string;
  describedBy: string;
  onEscape: () => void;
  /** The reader is at this line now; 0: at none. */
  onLine: (line: number) => void;
  /** The editor could not be loaded and a plain text field stands in. */
  onPlain: () => void;
}

export class CodeView {
  readonly #options: CodeOptions;
  readonly #static: Node[];
  /** Aborted when the editor, which has its own idea of clicks and keys, is there; and at the end. */
  readonly #opened = new AbortController();
  #closed = false;
  #marked = 0;
  #editor: Editor | undefined;
  readonly #onDraft = (source: string): void => this.#take(source);

  constructor(options: CodeOptions) {
    this.#options = options;
    const { parent, draft } = options;
    this.#static = [...parent.childNodes];
    // Without this script the code inside is what the keyboard reaches; now it is the box around.
    parent.querySelector("pre")?.removeAttribute("tabindex");
    draft.subscribe(this.#onDraft);
    this.#invite();
    this.#followPointer();
    onEditIntent(parent, this.#opened.signal, {
      prepare: () => void loadEditor().catch(() => undefined),
      edit: (caret) => void this.open(caret),
    });
    // What is shown has to be what runs: an edit from an earlier visit needs the editor at once.
    if (draft.isEdited) void this.#open(undefined, () => false);
  }

  /** Puts the editor in the place of the static code, with the focus if it was on the code. */
  open(caret?: Caret): Promise<void> {
    const { parent } = this.#options;
    const focused = (): boolean => parent.contains(document.activeElement);
    return this.#open(caret, focused, () => !focused() || hasSelection(parent));
  }

  /** Opens the editor without a gesture on the code, for example because all of it is new. */
  show(): Promise<void> {
    return this.#open(undefined, () => false);
  }

  async goTo(line: number): Promise<void> {
    await this.show();
    this.#editor?.goTo(line);
  }

  /** Marks a line, and brings it into view within the code; 0 for none. */
  mark(line: number): void {
    this.#marked = line;
    if (this.#editor) return this.#editor.mark(line);
    markStatic(this.#options.parent, line);
  }

  /** Lets go of the draft, which outlives the widget, and puts the static code back. */
  close(): void {
    const { parent, draft } = this.#options;
    this.#closed = true;
    this.#opened.abort();
    draft.unsubscribe(this.#onDraft);
    parent.classList.remove("runnable-editing");
    parent.replaceChildren(...this.#static);
  }

  /** Makes the static code something to go to; the editor has all this by itself. */
  #invite(): void {
    const { parent, label, describedBy } = this.#options;
    parent.tabIndex = 0;
    parent.setAttribute("role", "group");
    parent.setAttribute("aria-label", label);
    parent.setAttribute("aria-describedby", describedBy);
  }

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

  async #open(
    caret: Caret | undefined,
    focused: () => boolean,
    changedMind: () => boolean = () => false,
  ): Promise<void> {
    const create = await loadEditor().catch(() => undefined);
    // Meanwhile the reader may have moved on or begun to select text: then the code stays as it is.
    if (this.#editor || this.#closed || changedMind()) return;
    const { parent, draft, label, describedBy, onEscape, onLine, onPlain } = this.#options;
    const hadFocus = focused();
    const options: EditorOptions = {
      parent,
      source: draft.source,
      hidden: this.#hidden(),
      caret,
      label,
      describedBy,
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

  #take(source: string): void {
    if (this.#editor) this.#editor.set(source, this.#hidden());
    else void this.show();
  }

  #hidden(): LineRange[] {
    const { draft, shown } = this.#options;
    return locateHidden(draft.original, shown, draft.source);
  }
}

/** Marks a line of code that is no editor, and brings it into view within the code; 0 for none. */
export function markStatic(code: HTMLElement, line: number): void {
  for (const shown of code.querySelectorAll<HTMLElement>(".runnable-line")) {
    const isIt = Number(shown.dataset["line"]) === line;
    shown.classList.toggle("runnable-marked", isIt);
    if (isIt) scrollWithin(code, shown);
  }
}

type CreateEditor = (options: EditorOptions) => Editor;

let loading: Promise<CreateEditor> | undefined;

/** The editor's chunk, fetched when it is first wanted; a failed fetch is tried again. */
function loadEditor(): Promise<CreateEditor> {
  loading ??= import("./codemirror_editor.ts")
    .then(({ createEditor }) => createEditor)
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

/** Scrolls the box, not the page: the reader is looking at something else. */
function scrollWithin(box: HTMLElement, line: HTMLElement): void {
  const [outer, inner] = [box.getBoundingClientRect(), line.getBoundingClientRect()];
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
}
