/** What terminals do not show as text: control characters, and the sequences that begin with ESC. */

/** Control characters other than tabs and newlines. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
export const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/**
 * A sequence that moves the cursor or chooses colours, one that sets a title or a link, or a control
 * character. `mkdocs_runnable/recording/terminal.py` has the same pattern.
 */
const INVISIBLE = new RegExp(
  String.raw`\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|${CONTROL.source}`,
  "g",
);

/** Removes what `INVISIBLE` matches, and keeps the text that the control characters would erase. */
export function withoutControls(text: string): string {
  return CONTROL.test(text) ? text.replaceAll(INVISIBLE, "") : text;
}
