/** The state that all widgets of a tab share: one session, and the drafts of the reader. */
import { runtimeCache } from "../../host/cache_names.ts";
import { savesData } from "../../host/data_saving.ts";
import { runtimeFolder } from "./arrival.ts";
import { Drafts } from "./draft.ts";
import { EditStore } from "./edit_store.ts";
import { Session } from "./session.ts";
import { browserStorage } from "./stored_edit.ts";

/** What all widgets of a tab share. */
export interface Tab {
  session: Session;
  drafts: Drafts;
}

interface OpenedTab extends Tab {
  /** The folder of the runtime. */
  runtime: URL;
}

/** The delay before preparations start in browsers without `requestIdleCallback`. */
const IDLE_DELAY_MS = 500;

let tab: OpenedTab | undefined;
/** Whether `prepareForReturningReader` will be called. */
let isPreparationPlanned = false;

/** Attributes of elements that run programs. All elements of a site name the same folder and libraries. */
interface SiteAttributes {
  /** The address of the folder of the runtime. */
  runtime?: string;
  /** The libraries that each program may import, separated by spaces. */
  dependencies?: string;
}

/**
 * Returns the state of the tab. The first call creates it, from the attributes of an element of the site.
 * Each call also makes sure that a run is prepared soon if the reader has run programs on the site before,
 * unless the browser is set to save data.
 */
export function tabFor(attributes: SiteAttributes | DOMStringMap): Tab {
  tab ??= createTab(attributes);
  if (!isPreparationPlanned) prepareWhenIdle(tab);
  return tab;
}

function createTab(attributes: SiteAttributes): OpenedTab {
  const { dependencies = "" } = attributes;
  const runtime = runtimeFolder(attributes);
  const drafts = new Drafts(new EditStore(browserStorage(), runtime.pathname));
  const session = new Session(async () => {
    const { createHost } = await import("../../host/host.ts");
    return createHost({ base: runtime, dependencies: dependencies.split(" ").filter(Boolean) });
  });
  window.addEventListener("pagehide", () => drafts.flush());
  return { session, drafts, runtime };
}

function prepareWhenIdle(tab: OpenedTab): void {
  isPreparationPlanned = true;
  const act = (): void => void prepareForReturningReader(tab);
  if ("requestIdleCallback" in globalThis) requestIdleCallback(act);
  else setTimeout(act, IDLE_DELAY_MS);
}

/** Prepares a run if the reader has run programs on this site before, unless they want to save data. */
async function prepareForReturningReader({ session, drafts, runtime }: OpenedTab): Promise<void> {
  isPreparationPlanned = false;
  if (savesData()) return;
  // Earlier runs have saved the runtime in a cache, unless the browser has no caches or forbids their use.
  const hasRun = await globalThis.caches?.has(runtimeCache(runtime)).catch(() => false);
  if (hasRun) session.open(drafts.sources);
}
