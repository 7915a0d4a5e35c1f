/** Fetches the libraries that a program declares; loaded only for programs that declare some. */
import { Downloads, type Progress, type RuntimeFile } from "./download.ts";
import { dependencies, resolve, type Library } from "./requirements.ts";

/** Put here by the build: a folder's files in one zip archive for each library. */
declare const LIBRARIES: Record<string, Library & RuntimeFile>;

/** The libraries' archives, each fetched once in a tab. */
export class Packages {
  readonly #downloads: Downloads;

  /** `base` is the URL of the published runtime folder. */
  constructor(base: URL) {
    this.#downloads = new Downloads(base, "concurrency-guide-libraries");
    void this.#downloads.tidy(Object.values(LIBRARIES));
  }

  /** The archives for what this program declares, by name; throws a message for the reader. */
  async of(source: string, progress: Progress): Promise<Record<string, ArrayBuffer>> {
    const names = resolve(dependencies(source), LIBRARIES);
    const files = names.map((name) => LIBRARIES[name]!);
    const unwatch = this.#downloads.watch(files, progress);
    try {
      const archives = await Promise.all(files.map((file) => this.#downloads.get(file)));
      return Object.fromEntries(names.map((name, index) => [name, archives[index]!]));
    } finally {
      unwatch();
    }
  }
}
