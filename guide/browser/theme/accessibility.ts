/**
 * Fixes the accessibility of what the theme's script adds to a page, whenever the script adds it:
 *
 * - The buttons on code blocks, and the topics of search results, are navigation landmarks without a name.
 * - Previews are dialogs without a name.
 * - On devices without a mouse, the keyboard cannot reach code that scrolls.
 */

declare global {
  /**
   * Emits the document when the first page has loaded, and after each navigation. The theme's script
   * defines it.
   */
  const document$: { subscribe(act: () => void): void };
}

/**
 * The elements that may scroll. The code of a widget is left out, because the widget makes the element
 * around it scroll, and focusable.
 */
const SCROLLABLE = "pre > code:not(.runnable-code *), .md-typeset__scrollwrap";

/** Fixes what the theme's script adds to the page from now on. */
export function fixAccessibility(): void {
  const scrollable = new ResizeObserver((entries) => {
    // The theme has an observer that removes `tabindex`, so set it after that observer has run.
    requestAnimationFrame(() => {
      // All sizes are read before anything changes, so that the browser computes the layout only once.
      const targets = entries.map(({ target }) => target as HTMLElement);
      const wide = targets.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
      for (const target of wide) target.tabIndex = 0;
    });
  });
  // The theme begins to observe code only when the code comes into view. Observing the code again at that
  // moment makes the browser call `scrollable` after the theme's observer.
  const shown = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      shown.unobserve(target);
      scrollable.unobserve(target);
      scrollable.observe(target);
    }
  });
  addEventListener("DOMContentLoaded", () => {
    document$.subscribe(() => {
      removeLandmarks(".md-code__nav");
      scrollable.disconnect();
      shown.disconnect();
      for (const element of document.querySelectorAll(SCROLLABLE)) {
        scrollable.observe(element);
        shown.observe(element);
      }
    });
    whenChildrenChange(document.querySelector(".md-search-result__list"), () =>
      removeLandmarks(".md-search-result nav"),
    );
    whenChildrenChange(document.body, () => {
      for (const preview of document.querySelectorAll(".md-tooltip2[role=dialog]")) {
        preview.setAttribute("aria-label", "Preview");
      }
    });
  });
}

/** Hides from screen readers that these elements are landmarks. */
function removeLandmarks(selector: string): void {
  for (const element of document.querySelectorAll(selector)) element.setAttribute("role", "none");
}

function whenChildrenChange(element: Element | null, act: () => void): void {
  if (element !== null) new MutationObserver(act).observe(element, { childList: true });
}
