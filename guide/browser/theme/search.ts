/**
 * Loads the search index when a reader opens the search, instead of on every visit.
 *
 * As soon as a page is open, the theme's script fetches the index, which is larger than everything else on
 * a page, and starts a worker that reads it. This module gives the script substitutes for both. The
 * substitute for the index contains no pages; it only says where words end, which is all that the script
 * needs to highlight words on the page. The substitute for the worker starts the real worker, with the real
 * index, when the search is opened. Each way to open the search, such as the field, a key, the icon or a
 * link with `?q=`, changes the same checkbox.
 *
 * The theme lets sites replace its worker with one that understands the same messages:
 * https://github.com/squidfunk/mkdocs-material/blob/9.6.0/src/templates/assets/javascripts/integrations/search/worker/_/index.ts
 */
import { answerRequest } from "./requests.ts";

/** The type of the message with the index, the first that the theme sends to the worker. */
const SETUP = 0;

const NOT_LOADED = "The search could not be loaded. Check your connection, then type again.";

/** The search index. */
interface Index {
  config: { separator: string };
  docs: unknown[];
}

interface Message {
  type: number;
  data: unknown;
}

/** The message of type SETUP. */
interface Setup extends Message {
  data: Index & { options: unknown };
}

/**
 * Replaces what the theme's script uses to start its search. Must be called by a script that runs right
 * before the theme's own script.
 */
export function startSearchWhenWanted(): void {
  // If pages are opened as local files, the theme loads the index as a script. Pages without a form have no
  // search.
  if (location.protocol === "file:" || document.forms.namedItem("search") === null) return;
  const separator = document.currentScript?.dataset["searchSeparator"] ?? "";
  let indexAddress = "";
  answerRequest("/search/search_index.json", (url) => {
    indexAddress = url;
    const index: Index = { config: { separator }, docs: [] };
    return new Blob([JSON.stringify(index)], { type: "application/json" });
  });
  // The theme's script constructs a single worker, that of the search.
  const { Worker } = globalThis;
  globalThis.Worker = function (address: string | URL) {
    globalThis.Worker = Worker;
    // Instant navigation can change the address of the page before the worker is started.
    const { href } = new URL(address, location.href);
    return new SearchWorker(
      () => fetchIndex(indexAddress),
      () => new Worker(href),
    );
  } as unknown as typeof Worker;
}

async function fetchIndex(address: string): Promise<Index> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: the server answers ${response.status}`);
  return (await response.json()) as Index;
}

/** The substitute for the worker of the search, to which the theme's script sends its messages. */
class SearchWorker extends EventTarget {
  readonly #fetchIndex: () => Promise<Index>;
  readonly #startWorker: () => Worker;
  /** The checkbox that is checked while the search is open. */
  readonly #checkbox = document.querySelector<HTMLInputElement>("#__search")!;
  readonly #status = document.querySelector(".md-search-result__meta")!;
  readonly #initialStatus = this.#status.textContent;
  #setup: Setup | undefined;
  /** The real worker, once it has read the index. */
  #worker: Worker | undefined;
  #isLoading = false;

  constructor(fetchIndex: () => Promise<Index>, startWorker: () => Worker) {
    super();
    this.#fetchIndex = fetchIndex;
    this.#startWorker = startWorker;
    // With this role, screen readers announce the number of results.
    this.#status.setAttribute("role", "status");
    this.#checkbox.addEventListener("change", this.#loadIfOpen);
    // After a failure, the search is loaded when the reader types again or the network is back.
    document.forms.namedItem("search")!.addEventListener("input", this.#loadIfOpen);
    addEventListener("online", this.#loadIfOpen);
  }

  postMessage(message: Message): void {
    if (message.type !== SETUP) {
      this.#worker?.postMessage(message);
      return;
    }
    this.#setup = message as Setup;
    this.#loadIfOpen();
  }

  readonly #loadIfOpen = (): void => {
    if (!this.#checkbox.checked || this.#isLoading || this.#worker || !this.#setup) return;
    this.#isLoading = true;
    this.#status.textContent = this.#initialStatus;
    this.#load(this.#setup.data)
      .catch((error: unknown) => {
        console.warn("The search could not be loaded.", error);
        this.#status.textContent = NOT_LOADED;
      })
      .finally(() => (this.#isLoading = false));
  };

  /** Starts the real worker with the real index; rejects if that fails. */
  async #load({ options }: Setup["data"]): Promise<void> {
    const index = await this.#fetchIndex();
    const worker = this.#startWorker();
    try {
      await new Promise<void>((resolve, reject) => {
        // The first message says that the worker has read the index.
        worker.addEventListener("message", () => resolve(), { once: true });
        worker.addEventListener("error", (event) => reject(new Error(event.message)));
        worker.addEventListener("message", ({ data }) => {
          this.#worker = worker;
          this.dispatchEvent(new MessageEvent("message", { data: data as unknown }));
        });
        worker.postMessage({ type: SETUP, data: { ...index, options } });
      });
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }
}
