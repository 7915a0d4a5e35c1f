/** Advises readers to run a program that has not been recorded yet. */
import { element } from "../kit/dom.ts";

const ADVICE = "Press Run to run this program in your browser.";

/**
 * Adds the advice to press Run to the line "Not recorded yet." of a widget. The static page does not
 * contain the advice, because programs cannot run without scripts. Returns a function that removes it.
 */
export function adviseToRun(output: HTMLElement): () => void {
  const advice = element("span", "runnable-advice", ` ${ADVICE}`);
  output.querySelector(".runnable-origin")?.append(advice);
  return () => advice.remove();
}
