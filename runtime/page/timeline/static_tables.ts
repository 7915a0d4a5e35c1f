/** The tables of a static timeline, which are only text until a reader opens them. */

/** Makes the static tables from the text of their `<noscript>`, unless that has been done. */
export function unpackTables(details: HTMLDetailsElement): void {
  const packed = details.querySelector("noscript");
  if (!packed) return;
  // Instant navigation parses pages without scripts, so the content may consist of elements already.
  const parsed = packed.firstElementChild
    ? packed
    : new DOMParser().parseFromString(packed.textContent, "text/html").body;
  packed.replaceWith(...parsed.childNodes);
}
