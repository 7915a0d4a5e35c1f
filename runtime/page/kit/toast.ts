/** Shows messages in a corner of the window, if there is no place for them in a widget or a timeline. */
import { button, element } from "./dom.ts";
import { whenUnused } from "./notices.ts";

/** How long a message is shown. */
const TOAST_MS = 8000;

/** The element that contains the messages; undefined before the first one. */
let region: HTMLElement | undefined;

/** Shows a message for some seconds, or until the reader dismisses it. */
export function toast(text: string): void {
  // Instant navigation may have replaced the content of <body>, and the region with it.
  if (!region?.isConnected) {
    region = element("div", "runnable-toasts");
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  const message = element("div", "runnable-toast", element("span", "", text));
  const dismiss = button("Dismiss", () => message.remove());
  message.append(dismiss);
  // Screen readers announce only what is added to a live region after it is in the page.
  requestAnimationFrame(() => region?.append(message));
  whenUnused(message, TOAST_MS, () => message.remove());
}
