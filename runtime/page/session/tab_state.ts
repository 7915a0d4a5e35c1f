/** What all widgets of a tab share: one session, one store of edits, what happened elsewhere. */
import { RUNTIME_CACHE } from "../../host/cache_names.ts";
import { savesData } from "../../host/data_saving.ts";
import { Drafts } from "./draft.ts";
import { browserStorage, EditStore } from "./edit_store.ts";
import { Session } from "./session.ts";

export interface Tab {
  session: Session;
  drafts: Drafts;
}

let tab: Tab | undefined;

/** The tab's shared parts. `runtime` is the folder of the runtime; the first call decides it. */
export function tabFor(runtime: URL): Tab {
  if (tab) {
    if (!isComing) whenIdle(tab);
    return tab;
  }
  const drafts = new Drafts(new EditStore(browserStorage(), runtime.pathname));
  const session = new Session(async () => {
    const { createHost } = await import("../../host/host.ts");
    return createHost({ base: runtime });
  });
  window.addEventListener("pagehide", () => drafts.flush());
  tab = { session, drafts };
  whenIdle(tab);
  return tab;
}

/** Whoever has run something before may do so again: then the next run finds a part of it done. */
async function getReadyAgain({ session, drafts }: Tab): Promise<void> {
  isComing = false;
  if (savesData()) return;
  // Where there is no storage, or none that may be used, nobody is known to have been here.
  const hasRun = await globalThis.caches?.has(RUNTIME_CACHE).catch(() => false);
  if (hasRun) session.open(drafts.sources);
}

let isComing = false;

function whenIdle(tab: Tab): void {
  isComing = true;
  const act = () => void getReadyAgain(tab);
  if ("requestIdleCallback" in globalThis) requestIdleCallback(act);
  else setTimeout(act, 500);
}

const LEFT = "runnable:left";

/** Remembers that a run ended because the reader left its page. */
export function rememberInterrupted(name: string): void {
  writeLeft([...new Set([...readLeft(), name])]);
}

/** Whether that happened to this snippet since last asked. */
export function takeInterrupted(name: string): boolean {
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
