/** Offers a link that opens code, for example the reader's edit of a program, in the playground. */
import { element } from "../kit/dom.ts";
import { copyText } from "../kit/copy_and_download.ts";
import type { Notices } from "../kit/notices.ts";
import { encode } from "../session/share_link.ts";

/** Some mail and chat programs cut off links that have more characters than this. */
const LONG_LINK = 8_000;

/** How long the notice is shown if no link could be made. */
const ERROR_NOTICE_MS = 8_000;

/**
 * Makes a link to `source`, copies it, and shows it in a field. If the browser cannot make links, says so.
 *
 * @param source - The code.
 * @param playground - The address of the playground.
 * @param notices - Where the field is shown.
 * @param restoreFocus - Called when the reader closes the field.
 */
export async function offerLink(
  source: string,
  playground: URL,
  notices: Notices,
  restoreFocus: () => void,
): Promise<void> {
  let link: string;
  try {
    link = new URL(`#code=${await encode(source)}`, playground).href;
  } catch {
    notices.post("share", "This browser is too old to make links to code. Use Download instead.", {
      lasts: ERROR_NOTICE_MS,
    });
    return;
  }
  const copied = await copyText(link);
  const field = element("input", "runnable-link");
  field.type = "text";
  field.readOnly = true;
  field.value = link;
  field.setAttribute("aria-label", "Link to this code");
  const close = (): void => {
    notices.clear("share");
    restoreFocus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  const long =
    link.length > LONG_LINK
      ? ` It is long (${(link.length / 1000).toFixed(1)} thousand characters), and some programs will cut it off. Use Download to share the file instead.`
      : "";
  notices.post("share", (copied ? "Link copied." : "Copy this link.") + long, {
    content: field,
    actions: [{ label: "Close", act: restoreFocus }],
  });
  field.focus();
  // With a backward selection, a field that is shorter than the link shows its beginning.
  field.setSelectionRange(0, link.length, "backward");
}
