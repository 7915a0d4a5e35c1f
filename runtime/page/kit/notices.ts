/** Short messages below the controls. Screen readers announce them, and some have buttons. */
import { button, element } from "./dom.ts";

/** A button of a notice. Pressing it also removes the notice. */
export interface Action {
  label: string;
  act: () => void;
}

export interface NoticeOptions {
  actions?: Action[];
  /** An element to show after the text, for example a field with a link. */
  content?: HTMLElement;
  /**
   * After how many ms the notice disappears, or somewhat later if the reader is using it then. Without a
   * time, the notice stays until it is cleared or replaced, or until one of its buttons is pressed.
   */
  lasts?: number;
}

export class Notices {
  readonly element: HTMLElement = element("div", "runnable-notices");
  readonly #shown = new Map<string, HTMLElement>();

  constructor() {
    this.element.setAttribute("role", "status");
  }

  /** Shows a notice in place of an earlier one with the same key. */
  post(key: string, text: string, options: NoticeOptions = {}): void {
    this.clear(key);
    const notice = element("div", "runnable-notice", element("span", "", text));
    if (options.content) notice.append(options.content);
    for (const { label, act } of options.actions ?? []) {
      notice.append(
        button(label, () => {
          this.clear(key);
          act();
        }),
      );
    }
    this.#shown.set(key, notice);
    this.element.append(notice);
    if (options.lasts !== undefined) {
      whenUnused(notice, options.lasts, () => this.#remove(key, notice));
    }
  }

  /** Removes the notice with this key, if there is one. */
  clear(key: string): void {
    const notice = this.#shown.get(key);
    if (notice) this.#remove(key, notice);
  }

  #remove(key: string, notice: HTMLElement): void {
    notice.remove();
    // The key may belong to a newer notice by now.
    if (this.#shown.get(key) === notice) this.#shown.delete(key);
  }
}

/** While a reader uses an element, the time between two checks whether that is still so. */
const RECHECK_MS = 1000;

/**
 * Calls `act` after this time. If the pointer is over the element then, or the focus is in the element,
 * the call is postponed until the reader has left it.
 */
export function whenUnused(target: HTMLElement, milliseconds: number, act: () => void): void {
  const check = (): void => {
    if (target.matches(":hover, :focus-within")) setTimeout(check, RECHECK_MS);
    else act();
  };
  setTimeout(check, milliseconds);
}
