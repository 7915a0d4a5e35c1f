/**
 * Exports what the custom elements of a project may use: helpers of the page, and the state that all
 * elements of a tab share, above all its session. The build bundles this file as the published elements.js.
 * A project whose scripts import this file has to replace it by elements.js when it bundles them, so that
 * its elements share one session with the widgets. Pages load elements.js only for such elements.
 */
export { button, element, enable, freshId } from "../page/kit/dom.ts";
export { whenRunIsLikely } from "../page/kit/run_intent.ts";
export { addStyles } from "../page/kit/styles.ts";
export type { Owner, Session } from "../page/session/session.ts";
export { tabFor } from "../page/session/tab_state.ts";
