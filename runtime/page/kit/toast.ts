/** Messages over the page, for which there is no place in a widget or a timeline. */
import { button, element } from "./dom.ts";
import { whenUnused } from "./notices.ts";

const TOAST_MS = 8000;

let region: HTMLElement | undefined;

/** Shows a message over the page for some seconds. */
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
