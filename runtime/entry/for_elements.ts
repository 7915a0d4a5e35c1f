/**
 * Exports what the custom elements of a project may use: helpers of the page, and the state that all
 * elements of a tab share, above all its session. The published widget.js exports the same names. A
 * project therefore does not bundle this code again but imports it from widget.js, so that its elements
 * share one session with the widgets.
 */
export { button, element, enable, freshId } from "../page/kit/dom.ts";
export { whenNear } from "../page/kit/near.ts";
export { PageElement } from "../page/kit/page_element.ts";
export { whenRunIsLikely } from "../page/kit/run_intent.ts";
export { addStyles } from "../page/kit/styles.ts";
export type { Owner, Session } from "../page/session/session.ts";
export { tabFor } from "../page/session/tab_state.ts";
