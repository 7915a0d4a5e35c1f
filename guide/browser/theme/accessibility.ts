/**
 * Fixes what the theme's script adds to a page, as it comes: its buttons on code blocks and the topics
 * of search results are navigation landmarks without a name, its previews are dialogs without one, and
 * code that scrolls is out of the keyboard's reach where there is no mouse.
 */

declare global {
  /** Emits the document after each navigation. The theme's script defines it. */
  const document$: { subscribe(act: () => void): void };
}

// The code of a widget is in an element that scrolls, and that the keyboard reaches.
const SCROLLABLE = "pre > code:not(.runnable-code *), .md-typeset__scrollwrap";

export function fixAccessibility(): void {
  const scrollable = new ResizeObserver((entries) => {
    // After the theme's own observer, which takes the attribute away.
    requestAnimationFrame(() => {
      // All sizes are read before anything changes, so that the browser computes the layout only once.
      const targets = entries.map(({ target }) => target as HTMLElement);
      const wide = targets.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
      for (const target of wide) target.tabIndex = 0;
    });
  });
  // The theme begins to observe code only when it comes into view.
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

function removeLandmarks(selector: string): void {
  for (const element of document.querySelectorAll(selector)) element.setAttribute("role", "none");
}

function whenChildrenChange(element: Element | null, act: () => void): void {
  if (element !== null) new MutationObserver(act).observe(element, { childList: true });
}
