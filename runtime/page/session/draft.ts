/** The source a reader works on. Widgets of the same snippet share one draft. */
import type { EditStore } from "./edit_store.ts";

export type DraftListener = (source: string) => void;

/** How long typing has to pause before the edit is written to storage. */
const SAVE_AFTER_MS = 300;

export class Draft {
  readonly name: string;
  readonly original: string;
  readonly #store: EditStore;
  readonly #listeners = new Set<DraftListener>();
  #source: string;
  #outdated: boolean;
  #unsaved: ReturnType<typeof setTimeout> | undefined;
  /** Called once, when the browser turns out not to keep edits. */
  onNotSaved: (() => void) | undefined;

  constructor(name: string, original: string, store: EditStore) {
    this.name = name;
    this.original = original;
    this.#store = store;
    const saved = store.load(name, original);
    this.#source = saved.type === "none" ? original : saved.source;
    this.#outdated = saved.type === "outdated";
  }

  get source(): string {
    return this.#source;
  }

  get isEdited(): boolean {
    return this.#source !== this.original;
  }

  /** True while the edit belongs to an earlier version of the published source. */
  get isOutdated(): boolean {
    return this.#outdated;
  }

  /** Takes the text over and tells every listener but the one it came from. */
  set(source: string, from?: DraftListener): void {
    if (source === this.#source) return;
    this.#source = source;
    clearTimeout(this.#unsaved);
    this.#unsaved = setTimeout(() => this.save(), SAVE_AFTER_MS);
    for (const listener of this.#listeners) if (listener !== from) listener(source);
  }

  /** Back to the published source; gives the text that was replaced, for Undo. */
  reset(): string {
    const before = this.#source;
    this.set(this.original);
    this.save();
    return before;
  }

  /** The reader keeps an edit of an earlier version: from now on it counts as one of this. */
  keep(): void {
    this.save();
  }

  /** Writes the edit to storage now, as one of the source that is published now. */
  save(): void {
    clearTimeout(this.#unsaved);
    this.#unsaved = undefined;
    this.#outdated = false;
    if (!this.isEdited) {
      this.#store.remove(this.name);
    } else if (!this.#store.save(this.name, this.original, this.#source)) {
      this.onNotSaved?.();
      this.onNotSaved = undefined;
    }
  }

  /** Writes what typing has not yet written, for example before the page goes away. */
  flush(): void {
    if (this.#unsaved !== undefined) this.save();
  }

  subscribe(listener: DraftListener): void {
    this.#listeners.add(listener);
  }

  unsubscribe(listener: DraftListener): void {
    this.#listeners.delete(listener);
  }
}

/** The drafts of a tab, by snippet; they outlive the widgets, which instant navigation replaces. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>();
  readonly #store: EditStore;

  constructor(store: EditStore) {
    this.#store = store;
  }

  /** The shared draft of the snippet; a new one when its published source is another now. */
  of(name: string, original: string): Draft {
    const known = this.#drafts.get(name);
    if (known?.original === original) return known;
    known?.flush();
    const draft = new Draft(name, original, this.#store);
    this.#drafts.set(name, draft);
    return draft;
  }

  /** What readers of this tab have before them, or had. */
  get sources(): string[] {
    return [...this.#drafts.values()].map(({ source }) => source);
  }

  flush(): void {
    for (const draft of this.#drafts.values()) draft.flush();
  }
}
