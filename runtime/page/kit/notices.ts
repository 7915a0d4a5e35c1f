/** Short messages below the controls, announced to screen readers, some with buttons. */
import { button, element } from "./dom.ts";

export interface Action {
  label: string;
  act: () => void;
}

export interface NoticeOptions {
  actions?: Action[];
  /** Extra content after the text, for example a field with a link. */
  content?: HTMLElement;
  /** The notice goes by itself after so many milliseconds, unless it is pointed at or focused. */
  lasts?: number;
}

export class Notices {
  readonly element: HTMLElement = element("div", "runnable-notices");
  readonly #shown = new Map<string, HTMLElement>();

  constructor() {
    this.element.setAttribute("role", "status");
  }

  /** Shows a notice, in place of an earlier one with the same key. */
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
    if (options.lasts !== undefined) fade(notice, options.lasts, () => this.#drop(key, notice));
  }

  clear(key: string): void {
    const notice = this.#shown.get(key);
    if (notice) this.#drop(key, notice);
  }

  #drop(key: string, notice: HTMLElement): void {
    notice.remove();
    if (this.#shown.get(key) === notice) this.#shown.delete(key);
  }
}

/** Calls `end` after some time in which the element was neither pointed at nor focused. */
export function fade(target: HTMLElement, milliseconds: number, end: () => void): void {
  const check = (): void => {
    if (target.matches(":hover, :focus-within")) setTimeout(check, 1000);
    else end();
  };
  setTimeout(check, milliseconds);
}
