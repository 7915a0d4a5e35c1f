/** Tells when the reader wants to edit static code, and when only to select, scroll or pass by. */
import { caretAt, hasSelection } from "./caret_at_point.ts";
import type { Caret } from "./editor.ts";

export interface EditIntent {
  /** The reader is about to do something with the code: the editor may be loaded. */
  prepare: () => void;
  /** The reader wants to edit, at this place if it is known. The code has the focus. */
  edit: (caret?: Caret) => void;
}

/** Listens until `signal` is aborted. The code has to be focusable. */
export function onEditIntent(code: HTMLElement, signal: AbortSignal, wishes: EditIntent): void {
  // A mouse button that goes down focuses the code as well, but may be about to select text: then
  // the click at its end decides. Any other way to get the focus is a wish to edit.
  let pressed = false;
  const press = (): void => {
    pressed = true;
    wishes.prepare();
  };
  const release = (): void => {
    pressed = false;
  };
  const onFocus = (event: FocusEvent): void => {
    if (event.target === code && !pressed) wishes.edit();
  };
  const onClick = (event: MouseEvent): void => {
    release();
    if (hasSelection(code)) return;
    const caret = caretAt(code, event.clientX, event.clientY);
    pressed = true;
    code.focus({ preventScroll: true });
    release();
    wishes.edit(caret);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && event.target === code) wishes.edit();
  };
  code.addEventListener("pointerdown", press, { signal });
  code.addEventListener("focus", onFocus, { signal });
  code.addEventListener("click", onClick, { signal });
  code.addEventListener("keydown", onKey, { signal });
  // A touch that turns out to scroll, a press that no click follows.
  code.addEventListener("pointercancel", release, { signal });
  code.addEventListener("blur", release, { signal });
}
