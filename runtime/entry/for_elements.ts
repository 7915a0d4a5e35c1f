/**
 * What a project's own custom elements may use: helpers of the page, and the state that all elements
 * of a tab share, above all its session. The bundled widget.js exports the same names, so a project
 * bundles its elements without the engine, and they still share one session with the widgets.
 */
export { button, element, enable, freshId } from "../page/kit/dom.ts";
export { whenNear } from "../page/kit/near.ts";
export { PageElement } from "../page/kit/page_element.ts";
export { whenRunIsLikely } from "../page/kit/run_intent.ts";
export { addStyles } from "../page/kit/styles.ts";
export type { Owner, Session } from "../page/session/session.ts";
export { tabFor } from "../page/session/tab_state.ts";
