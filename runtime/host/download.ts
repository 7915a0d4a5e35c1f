/** Downloads the runtime's files, reports progress, and stores the files for the next visit. */
import { runtimeCache } from "./cache_names.ts";

/** One file of the runtime. */
export interface RuntimeFile {
  /** The path below the runtime's folder. It contains a hash of the content. */
  file: string;
  /** The size as published, which may be compressed. */
  bytes: number;
  /** SHA-256 in hexadecimal, of the file as published and of the decompressed file. */
  sha256: readonly [string, string];
}

/** Called with the bytes loaded so far and the bytes in total. Both count files as published. */
export type Progress = (loaded: number, total: number) => void;

/**
 * Adds up the progress of several downloads. Each call of the returned function makes the callback for
 * one download; `report` receives the sums over all of them.
 */
export function sumProgress(report: Progress): () => Progress {
  const counters: { loaded: number; total: number }[] = [];
  return () => {
    const counter = { loaded: 0, total: 0 };
    counters.push(counter);
    return (loaded, total) => {
      Object.assign(counter, { loaded, total });
      const sum = (field: "loaded" | "total") =>
        counters.reduce((all, each) => all + each[field], 0);
      report(sum("loaded"), sum("total"));
    };
  };
}

const GZIP_MAGIC = [0x1f, 0x8b];

type Bytes = Uint8Array<ArrayBuffer>;

async function readBytes(response: Response, onBytes: (count: number) => void): Promise<Bytes> {
  const chunks: Bytes[] = [];
  const reader = response.body!.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    onBytes(part.value.length);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/**
 * Downloads a file completely, and returns its bytes.
 *
 * @throws Error with a message for the reader.
 */
async function fetchBytes(
  url: URL,
  cache: RequestCache,
  onBytes: (count: number) => void,
): Promise<Bytes> {
  let response: Response;
  try {
    response = await fetch(url, { cache });
  } catch {
    throw new Error(`${url.pathname} could not be loaded. Check your network connection.`);
  }
  if (!response.ok || response.body === null) {
    throw new Error(`${url.pathname} could not be loaded: the server answered ${response.status}.`);
  }
  try {
    return await readBytes(response, onBytes);
  } catch {
    throw new Error(
      `${url.pathname} could not be loaded: the connection was lost during the download.`,
    );
  }
}

/**
 * Decompresses gzip. Other bytes are returned unchanged, because some files are published and stored without
 * compression, and because browsers decompress a file if the server declares that it is compressed.
 */
export async function gunzip(bytes: Uint8Array): Promise<ArrayBuffer> {
  if (!GZIP_MAGIC.every((byte, index) => bytes[index] === byte)) {
    const isWholeBuffer = bytes.byteLength === bytes.buffer.byteLength;
    return (isWholeBuffer ? bytes : bytes.slice()).buffer as ArrayBuffer;
  }
  const body = new Blob([bytes as Bytes]);
  return new Response(body.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/**
 * Returns whether these are the bytes that were published, compressed or not. If the browser cannot compute
 * hashes for this page, it is assumed that they are.
 */
async function isIntact(bytes: Bytes, { sha256 }: RuntimeFile): Promise<boolean> {
  // Browsers offer `crypto.subtle` only to pages that come over an encrypted connection or from the
  // same machine.
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return sha256.includes(toHex(digest));
}

const toHex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The browser's cache of files from earlier visits. In a browser without caches, it finds nothing. */
class FileCache {
  readonly #cache: Promise<Cache | undefined>;

  constructor(name: string) {
    this.#cache = Promise.resolve(globalThis.caches?.open(name)).catch(() => undefined);
  }

  async get(url: URL): Promise<Bytes | undefined> {
    try {
      const found = await (await this.#cache)?.match(url);
      return found && new Uint8Array(await found.arrayBuffer());
    } catch {
      return undefined;
    }
  }

  async has(url: URL): Promise<boolean> {
    try {
      return (await (await this.#cache)?.match(url)) !== undefined;
    } catch {
      return false;
    }
  }

  async put(url: URL, content: ArrayBuffer): Promise<void> {
    // The copy is made now, before the content is transferred to the sandbox.
    const response = new Response(content);
    // If there is no space left, the next visit downloads the file again.
    await (await this.#cache)?.put(url, response).catch(() => {});
  }

  /** Removes all files but those at these addresses. The others belong to older versions. */
  async keepOnly(urls: ReadonlySet<string>): Promise<void> {
    const cache = await this.#cache;
    for (const { url } of (await cache?.keys()) ?? []) {
      if (!urls.has(url)) await cache?.delete(url);
    }
  }
}

/** What the loaders need of `Downloads`; tests replace it. */
export type FileSource = Pick<Downloads, "forget" | "get" | "has" | "stored" | "tidy" | "watch">;

/**
 * Downloads each file once, unless its content is dropped by `forget`. If the download of a file fails, the
 * other files are kept.
 */
export class Downloads {
  readonly #base: URL;
  readonly #downloads = new Map<string, Promise<ArrayBuffer>>();
  readonly #loaded = new Map<RuntimeFile, number>();
  readonly #listeners = new Set<() => void>();
  readonly #cache: FileCache;

  /**
   * @param base - the URL of the folder in which the runtime is published.
   * @param cache - the name of the browser's cache for the files.
   */
  constructor(base: URL, cache = runtimeCache(base)) {
    this.#base = base;
    this.#cache = new FileCache(cache);
  }

  /**
   * Returns the decompressed content of a file.
   *
   * @throws Error with a message for the reader. A further call tries again.
   */
  get(file: RuntimeFile): Promise<ArrayBuffer> {
    let download = this.#downloads.get(file.file);
    if (download === undefined) {
      download = this.#fetch(file);
      this.#downloads.set(file.file, download);
      download.catch(() => this.#downloads.delete(file.file));
    }
    return download;
  }

  /**
   * Returns whether `stored` will find the file, provided that the cached copy is not damaged and that a
   * download in progress does not fail.
   */
  async has(file: RuntimeFile): Promise<boolean> {
    return this.#downloads.has(file.file) || this.#cache.has(new URL(file.file, this.#base));
  }

  /**
   * Returns the content of a file without a new download; undefined if the browser does not have it. Waits
   * for a download that is in progress, and rejects if that download fails.
   */
  async stored(file: RuntimeFile): Promise<ArrayBuffer | undefined> {
    const download = this.#downloads.get(file.file);
    const cached = download ? undefined : await this.#cache.get(new URL(file.file, this.#base));
    return download ?? (cached && this.#decompress(cached, file).catch(() => undefined));
  }

  /** Drops the content of a file, because the sandbox has it now. */
  forget(file: RuntimeFile): void {
    this.#downloads.delete(file.file);
  }

  /**
   * Reports now, and whenever a part of any file has arrived, how much of these files has been loaded.
   * Returns a function that ends the reports.
   */
  watch(files: readonly RuntimeFile[], progress: Progress): () => void {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const report = () => {
      const loaded = files.reduce((sum, file) => sum + (this.#loaded.get(file) ?? 0), 0);
      progress(loaded, total);
    };
    this.#listeners.add(report);
    report();
    return () => this.#listeners.delete(report);
  }

  /** Removes all files but these from the browser's cache. */
  tidy(files: readonly RuntimeFile[]): Promise<void> {
    return this.#cache.keepOnly(new Set(files.map(({ file }) => new URL(file, this.#base).href)));
  }

  #count(file: RuntimeFile, loaded: number): void {
    // If the browser decompresses a file, it delivers more bytes than were published.
    this.#loaded.set(file, Math.min(loaded, file.bytes));
    for (const report of this.#listeners) report();
  }

  async #fetch(file: RuntimeFile): Promise<ArrayBuffer> {
    const url = new URL(file.file, this.#base);
    this.#count(file, 0);
    const cached = await this.#cache.get(url);
    const content = cached && (await this.#decompress(cached, file).catch(() => undefined));
    if (content) {
      this.#count(file, file.bytes);
      return content;
    }
    // A damaged file may come from the browser's HTTP cache, so the second attempt bypasses it.
    const bytes = await this.#download(url, file, "default");
    return this.#accept(url, bytes, file).catch(async () =>
      this.#accept(url, await this.#download(url, file, "reload"), file),
    );
  }

  #download(url: URL, file: RuntimeFile, cache: RequestCache): Promise<Bytes> {
    let loaded = 0;
    return fetchBytes(url, cache, (count) => this.#count(file, (loaded += count)));
  }

  async #accept(url: URL, bytes: Bytes, file: RuntimeFile): Promise<ArrayBuffer> {
    let content: ArrayBuffer;
    try {
      content = await this.#decompress(bytes, file);
    } catch {
      throw new Error(`${url.pathname} was damaged during the download.`);
    }
    // The file is stored without compression, so that the next visit need not decompress it.
    void this.#cache.put(url, content);
    return content;
  }

  async #decompress(bytes: Bytes, file: RuntimeFile): Promise<ArrayBuffer> {
    const [isComplete, content] = await Promise.all([isIntact(bytes, file), gunzip(bytes)]);
    if (!isComplete) throw new Error("damaged");
    return content;
  }
}
