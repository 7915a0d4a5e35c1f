/** Puts a text on the reader's clipboard, or offers it as a file to download. */
import { element } from "./dom.ts";
import type { Notices } from "./notices.ts";

/** How long the notice that says whether copying has worked is shown. */
const COPY_NOTICE_MS = 4_000;

/** How long the address of a download stays valid. */
const DOWNLOAD_ADDRESS_MS = 10_000;

/** Puts text on the clipboard; returns false if the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Puts a program on the clipboard, and posts a notice that says whether that has worked. */
export async function copyWithNotice(source: string, notices: Notices): Promise<void> {
  const message = (await copyText(source))
    ? "Copied."
    : "The browser did not allow copying. Select the code and copy it yourself.";
  notices.post("copy", message, { lasts: COPY_NOTICE_MS });
}

/** Copies without the clipboard API, which browsers offer only in secure contexts and may refuse there. */
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

/** Starts the download of a file that contains exactly this text, as UTF-8. */
export function download(text: string, filename: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/x-python" }));
  const link = element("a", "");
  link.href = url;
  link.download = filename;
  link.click();
  // Some browsers read the address only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_ADDRESS_MS);
}
