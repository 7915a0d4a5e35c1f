/** Advises readers to run a program that has not been recorded yet. */
import { element } from "../kit/dom.ts";

const ADVICE = "Press Run to run this program in your browser.";

/**
 * Adds a sentence to the line "Not recorded yet.", which says that readers can run the program. They
 * cannot without scripts, so the static page lacks this sentence. Returns a function that removes it.
 */
export function adviseToRun(output: HTMLElement): () => void {
  const advice = element("span", "runnable-advice", ` ${ADVICE}`);
  output.querySelector(".runnable-origin")?.append(advice);
  return () => advice.remove();
}
