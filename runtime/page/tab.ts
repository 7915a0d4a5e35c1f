/** What all widgets of a tab share: one session, one store of edits, what happened elsewhere. */
import { Drafts } from "./draft.ts";
import { browserShelf, EditStore } from "./edits.ts";
import { Session } from "./session.ts";

export interface Tab {
  session: Session;
  drafts: Drafts;
}

let tab: Tab | undefined;

/** The tab's shared parts. `runtime` is the folder of the runtime; the first call decides it. */
export function tabFor(runtime: URL): Tab {
  if (tab) return tab;
  const drafts = new Drafts(new EditStore(browserShelf(), runtime.pathname));
  const session = new Session(async () => {
    const { createHost } = await import("../host/host.ts");
    return createHost({ base: runtime });
  });
  window.addEventListener("pagehide", () => drafts.flush());
  tab = { session, drafts };
  return tab;
}

const LEFT = "runnable:left";

/** Remembers that a run ended because the reader left its page. */
export function rememberLeft(name: string): void {
  writeLeft([...new Set([...readLeft(), name])]);
}

/** Whether that happened to this snippet since last asked. */
export function recallLeft(name: string): boolean {
  const left = readLeft();
  if (!left.includes(name)) return false;
  writeLeft(left.filter((other) => other !== name));
  return true;
}

let leftInMemory: string[] = [];

function readLeft(): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(LEFT) ?? "[]");
    return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
  } catch {
    return leftInMemory;
  }
}

function writeLeft(names: string[]): void {
  leftInMemory = names;
  try {
    sessionStorage.setItem(LEFT, JSON.stringify(names));
  } catch {
    // Without storage the note lives as long as the document.
  }
}
