/** A message over the page, for what happened to a widget that is no longer in it. */
import { button, element } from "./dom.ts";
import { fade } from "./notices.ts";

const LASTS_MS = 8000;

let region: HTMLElement | undefined;

export function toast(text: string): void {
  // Instant navigation may replace what is in <body>; the region is put back when it has gone.
  if (!region?.isConnected) {
    region = element("div", "runnable-toasts");
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  const message = element("div", "runnable-toast", element("span", "", text));
  const dismiss = button("Dismiss", () => message.remove());
  message.append(dismiss);
  // A live region announces what is added to it, not what it is born with.
  requestAnimationFrame(() => region?.append(message));
  fade(message, LASTS_MS, () => message.remove());
}
