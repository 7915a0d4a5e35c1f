/** Hands the source out: to the clipboard, or as a file. */
import { element } from "./dom.ts";

/** Puts text on the clipboard; false when the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The older way, for pages without the clipboard API (plain http on another machine). */
function copyBySelection(text: string): boolean {
  const field = element("textarea", "runnable-hidden");
  field.value = text;
  field.setAttribute("aria-hidden", "true");
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}

/** Starts a download of exactly this text, as UTF-8. */
export function download(text: string, filename: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/x-python" }));
  const link = element("a", "");
  link.href = url;
  link.download = filename;
  link.click();
  // Some browsers read the address only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
