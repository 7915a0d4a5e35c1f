/**
 * Fixes what the theme's script adds to a page, as it comes: its buttons on code blocks and the topics
 * of search results are navigation landmarks without a name, its previews are dialogs without one, and
 * code that scrolls is out of the keyboard's reach where there is no mouse.
 */

declare global {
  /** Emits the document after each navigation. The theme's script defines it. */
  const document$: { subscribe(act: () => void): void };
}

const SCROLLABLE = "pre > code, .md-typeset__scrollwrap";

export function fixAccessibility(): void {
  const scrollable = new ResizeObserver((entries) => {
    // After the theme's own observer, which takes the attribute away.
    requestAnimationFrame(() => {
      for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth) (target as HTMLElement).tabIndex = 0;
      }
    });
  });
  addEventListener("DOMContentLoaded", () => {
    document$.subscribe(() => {
      removeLandmarks(".md-code__nav");
      scrollable.disconnect();
      for (const element of document.querySelectorAll(SCROLLABLE)) scrollable.observe(element);
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
