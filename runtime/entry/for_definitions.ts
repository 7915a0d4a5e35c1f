/**
 * Exports what a project needs to define its custom elements. The published widget.js, which is on each page
 * anyway, exports the same names. For what elements need only later, for example when a reader comes near
 * them, see for_elements.ts.
 */
export { whenNear } from "../page/kit/near.ts";
export { PageElement } from "../page/kit/page_element.ts";
