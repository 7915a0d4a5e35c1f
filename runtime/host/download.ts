/** Fetches the runtime's files, counting bytes as they arrive, and keeps them for the next visit. */
import { RUNTIME_CACHE } from "./cache_names.ts";

/** One file of the runtime. */
export interface RuntimeFile {
  /** Its name below the runtime's folder, which changes with its content. */
  file: string;
  /** Its size as sent. */
  bytes: number;
  /** SHA-256 in hexadecimal: as sent, and unpacked. */
  sha256: readonly [string, string];
}

/** Loaded so far, of all; both in bytes as sent. */
export type Progress = (loaded: number, total: number) => void;

/** Makes any number of counters whose sum is told. */
export function sumProgress(tell: Progress): () => Progress {
  const counters: { loaded: number; total: number }[] = [];
  return () => {
    const counter = { loaded: 0, total: 0 };
    counters.push(counter);
    return (loaded, total) => {
      Object.assign(counter, { loaded, total });
      const sum = (of: "loaded" | "total") => counters.reduce((all, each) => all + each[of], 0);
      tell(sum("loaded"), sum("total"));
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

/** @throws Error with a message for the reader. */
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

/** Unpacks gzip; bytes that a helpful server has unpacked already are returned as they are. */
export async function gunzip(bytes: Uint8Array): Promise<ArrayBuffer> {
  if (!GZIP_MAGIC.every((byte, index) => bytes[index] === byte)) {
    const isAll = bytes.byteLength === bytes.buffer.byteLength;
    return (isAll ? bytes : bytes.slice()).buffer as ArrayBuffer;
  }
  const body = new Blob([bytes as Bytes]);
  return new Response(body.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** Whether these are the bytes that were published, packed or not. */
async function isWhole(bytes: Bytes, { sha256 }: RuntimeFile): Promise<boolean> {
  // Only pages that were loaded over an encrypted connection may compute it.
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return sha256.includes(toHex(digest));
}

const toHex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The files of earlier visits. A browser may not offer it, or refuse it: then it is empty. */
class Shelf {
  readonly #cache: Promise<Cache | undefined>;

  constructor(name: string) {
    this.#cache = Promise.resolve(globalThis.caches?.open(name)).catch(() => undefined);
  }

  async take(url: URL): Promise<Bytes | undefined> {
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
    // A copy is made now: the content goes on to the sandbox.
    const response = new Response(content);
    // No room, perhaps; the next visit downloads again.
    await (await this.#cache)?.put(url, response).catch(() => {});
  }

  /** Forgets the files of former versions. */
  async keepOnly(urls: ReadonlySet<string>): Promise<void> {
    const cache = await this.#cache;
    for (const { url } of (await cache?.keys()) ?? []) {
      if (!urls.has(url)) await cache?.delete(url);
    }
  }
}

/** Downloads each file once; those that arrived are kept when another one fails. */
export class Downloads {
  readonly #base: URL;
  readonly #arrivals = new Map<string, Promise<ArrayBuffer>>();
  readonly #loaded = new Map<RuntimeFile, number>();
  readonly #listeners = new Set<() => void>();
  readonly #shelf: Shelf;

  /** `shelf` is the name of the browser's store for these files. */
  constructor(base: URL, shelf = RUNTIME_CACHE) {
    this.#base = base;
    this.#shelf = new Shelf(shelf);
  }

  /** The content, unpacked. Rejects with a message for the reader; may be called again. */
  get(file: RuntimeFile): Promise<ArrayBuffer> {
    let arrival = this.#arrivals.get(file.file);
    if (arrival === undefined) {
      arrival = this.#fetch(file);
      this.#arrivals.set(file.file, arrival);
      arrival.catch(() => this.#arrivals.delete(file.file));
    }
    return arrival;
  }

  /** Whether the content can be had without a network, unless it is damaged. */
  async has(file: RuntimeFile): Promise<boolean> {
    return this.#arrivals.has(file.file) || this.#shelf.has(new URL(file.file, this.#base));
  }

  /** The content if it can be had without a network. */
  async stored(file: RuntimeFile): Promise<ArrayBuffer | undefined> {
    const arrival = this.#arrivals.get(file.file);
    const shelved = arrival ? undefined : await this.#shelf.take(new URL(file.file, this.#base));
    return arrival ?? (shelved && this.#unpack(shelved, file).catch(() => undefined));
  }

  /** Lets go of a file's content, which somebody else has now. */
  forget(file: RuntimeFile): void {
    this.#arrivals.delete(file.file);
  }

  /** Tells now, and whenever it changes, how much of these files is here; returns how to end that. */
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

  /** Removes from the browser's store what is not one of these. */
  tidy(files: readonly RuntimeFile[]): Promise<void> {
    return this.#shelf.keepOnly(new Set(files.map(({ file }) => new URL(file, this.#base).href)));
  }

  #count(file: RuntimeFile, loaded: number): void {
    // A server that unpacks sends more than was counted on.
    this.#loaded.set(file, Math.min(loaded, file.bytes));
    for (const report of this.#listeners) report();
  }

  async #fetch(file: RuntimeFile): Promise<ArrayBuffer> {
    const url = new URL(file.file, this.#base);
    this.#count(file, 0);
    const shelved = await this.#shelf.take(url);
    const content = shelved && (await this.#unpack(shelved, file).catch(() => undefined));
    if (content) {
      this.#count(file, file.bytes);
      return content;
    }
    // What is damaged may have been so in the browser's cache: once more, from the server.
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
      content = await this.#unpack(bytes, file);
    } catch {
      throw new Error(`${url.pathname} was damaged during the download.`);
    }
    // Unpacked: the next visit shall not wait for that either.
    void this.#shelf.put(url, content);
    return content;
  }

  async #unpack(bytes: Bytes, file: RuntimeFile): Promise<ArrayBuffer> {
    const [whole, content] = await Promise.all([isWhole(bytes, file), gunzip(bytes)]);
    if (!whole) throw new Error("damaged");
    return content;
  }
}
