/** The source that a reader edits. All widgets of the same snippet share one draft. */
import type { EditStore } from "./edit_store.ts";

/** Called with the new source after a change. */
export type DraftListener = (source: string) => void;

/** How long a reader has to stop typing before the edit is written to storage. */
const SAVE_AFTER_MS = 300;

export class Draft {
  /** The name of the snippet. */
  readonly name: string;
  /** The published source. */
  readonly original: string;
  readonly #store: EditStore;
  readonly #listeners = new Set<DraftListener>();
  #source: string;
  #outdated: boolean;
  /** The timer that will save the edit; undefined if the edit is saved. */
  #unsaved: ReturnType<typeof setTimeout> | undefined;
  /** Called at most once, when the browser turns out not to store edits. */
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

  /**
   * Whether the edit was made to an earlier version of the published source, and has not been saved since
   * the draft was created.
   */
  get isOutdated(): boolean {
    return this.#outdated;
  }

  /** Changes the source and calls all listeners except `from`, where the change was made. */
  set(source: string, from?: DraftListener): void {
    if (source === this.#source) return;
    this.#source = source;
    clearTimeout(this.#unsaved);
    this.#unsaved = setTimeout(() => this.save(), SAVE_AFTER_MS);
    for (const listener of this.#listeners) if (listener !== from) listener(source);
  }

  /** Restores the published source. Returns the source that it replaces, so that this can be undone. */
  reset(): string {
    const before = this.#source;
    this.set(this.original);
    this.save();
    return before;
  }

  /** Keeps an outdated edit, which counts as an edit of the current published source from now on. */
  keep(): void {
    this.save();
  }

  /**
   * Writes the edit to storage immediately, as an edit of the current published source. If there is no edit,
   * removes the stored one instead.
   */
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

  /** Writes an edit that is still waiting to be saved, for example before the page is closed. */
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

/** The drafts of a tab by snippet. They outlive the widgets, which instant navigation replaces. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>();
  readonly #store: EditStore;

  constructor(store: EditStore) {
    this.#store = store;
  }

  /**
   * Returns the shared draft of a snippet. If the published source has changed since the draft was
   * made, the draft is saved and replaced with a new one. If the browser stores edits, the new draft keeps
   * the reader's edit, which counts as outdated.
   */
  of(name: string, original: string): Draft {
    const known = this.#drafts.get(name);
    if (known?.original === original) return known;
    known?.flush();
    const draft = new Draft(name, original, this.#store);
    this.#drafts.set(name, draft);
    return draft;
  }

  /** The present source of each draft, of the programs that this tab shows or has shown. */
  get sources(): string[] {
    return [...this.#drafts.values()].map(({ source }) => source);
  }

  /** Writes all edits that are still waiting to be saved. */
  flush(): void {
    for (const draft of this.#drafts.values()) draft.flush();
  }
}
