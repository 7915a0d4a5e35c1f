/** The output of a program that has not been recorded yet. */
import { element } from "../kit/dom.ts";

const ADVICE = "Press Run to run this program in your browser.";

/**
 * Adds to the line "Not recorded yet." that readers can run the program. Without scripts, they cannot,
 * so the static page does not say it. Returns a function that removes the sentence again.
 */
export function adviseToRun(output: HTMLElement): () => void {
  const advice = element("span", "runnable-advice", ` ${ADVICE}`);
  output.querySelector(".runnable-origin")?.append(advice);
  return () => advice.remove();
}
