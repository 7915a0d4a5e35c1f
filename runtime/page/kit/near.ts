/** Postpones work on a part of a page until the reader comes near that part. */

/** How far outside the viewport an element counts as near: two heights of the viewport. */
const MARGIN = "200% 0px";

/**
 * Calls `act` once, as soon as an element is in the viewport or near it. An element in closed
 * `<details>` is not near.
 *
 * @param target - The element.
 * @param signal - Ends the waiting when it is aborted.
 * @param act - Does the postponed work, for example makes the element interactive.
 */
export function whenNear(target: Element, signal: AbortSignal, act: () => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: MARGIN },
  );
  observer.observe(target);
  signal.addEventListener("abort", () => observer.disconnect());
}
