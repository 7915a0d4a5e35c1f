/** `<runnable-playground>`: the page for the reader's own programs; see playground.ts. */
import { element } from "../kit/dom.ts";
import { PageElement } from "../kit/page_element.ts";
import { codeInHash } from "../session/code_in_hash.ts";

export class RunnablePlayground extends PageElement {
  protected override async start(signal: AbortSignal): Promise<void> {
    // Only the page with the playground loads this module.
    const loaded = await import("./playground.ts").catch(() => undefined);
    if (signal.aborted) return;
    if (loaded) new loaded.Playground(this, signal);
    else {
      const text =
        "The playground could not be loaded. Check your network connection, then reload the page.";
      this.replaceChildren(element("p", "runnable-banner", text));
    }
  }
}

/**
 * Lets the browser itself open links to shared code. The theme's instant navigation would set the new
 * address and then replace its hash, which contains the code.
 */
export function openShareLinksNatively(): void {
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link && codeInHash(link.hash) !== undefined) event.stopPropagation();
  };
  window.addEventListener("click", onClick, { capture: true });
}
