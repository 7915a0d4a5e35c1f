/** Notices when a reader is likely to press Run soon, so that the page can prepare a run. */
import { savesData } from "../../host/data_saving.ts";

/**
 * Calls `act` once, as soon as the pointer or the focus reaches the controls, or the reader types
 * into the widget. Does nothing if the reader's browser is set to save data.
 *
 * @param widget - The element in which typing counts.
 * @param controls - The element that holds the Run button.
 * @param signal - Ends the listening when it is aborted.
 * @param act - Loads what the run will need.
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
  const onIntent = (): void => {
    once.abort();
    act();
  };
  for (const type of ["pointerover", "focusin"]) controls.addEventListener(type, onIntent, options);
  widget.addEventListener("input", onIntent, options);
}
