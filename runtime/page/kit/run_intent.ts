/** Tells when a reader is likely to press Run soon: that is the time to fetch what it needs. */

import { savesData } from "../../host/data_saving.ts";

/**
 * Calls `act` once, when pointer or focus come to the controls or something is typed into the
 * widget, until `signal` is aborted.
 */
export function whenRunIsLikely(
  widget: HTMLElement,
  controls: HTMLElement,
  signal: AbortSignal,
  act: () => void,
): void {
  if (savesData()) return;
  const once = new AbortController();
  const options = { passive: true, signal: AbortSignal.any([signal, once.signal]) };
  const near = (): void => {
    once.abort();
    act();
  };
  for (const type of ["pointerover", "focusin"]) controls.addEventListener(type, near, options);
  widget.addEventListener("input", near, options);
}
