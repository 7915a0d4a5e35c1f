/**
 * Exports what a project needs to define its custom elements. The published widget.js, which is on each page
 * anyway, exports the same names. An element loads the rest, from for_elements.ts, when it is wanted.
 */
export { whenNear } from "../page/kit/near.ts";
export { PageElement } from "../page/kit/page_element.ts";
