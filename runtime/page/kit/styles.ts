/** Adds style sheets that are bundled into the script that needs them. */
const added = new Set<string>();

/** Adds a style sheet to the page, unless the page already has it. */
export function addStyles(styles: string): void {
  if (added.has(styles)) return;
  added.add(styles);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  document.adoptedStyleSheets.push(sheet);
}
