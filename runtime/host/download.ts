/** Fetches the runtime's files, counting bytes as they arrive. */

/** One file of the runtime: its name below the runtime's folder, and its size as sent. */
export interface RuntimeFile {
  file: string;
  bytes: number;
}

/** Loaded so far, of all; both in bytes as sent. */
export type Progress = (loaded: number, total: number) => void;

const GZIP_MAGIC = [0x1f, 0x8b];

async function fetchBytes(url: URL, onBytes: (count: number) => void): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new Error(`${url.pathname} could not be fetched: is there a network connection?`);
  }
  if (!response.ok || response.body === null) {
    throw new Error(
      `${url.pathname} could not be fetched: the server answered ${response.status}.`,
    );
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  try {
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      chunks.push(part.value);
      onBytes(part.value.length);
    }
  } catch {
    throw new Error(`${url.pathname} could not be fetched: the connection was lost on the way.`);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Unpacks gzip; bytes that a helpful server has unpacked already are returned as they are. */
export async function gunzip(bytes: Uint8Array): Promise<ArrayBuffer> {
  const body = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  if (!GZIP_MAGIC.every((byte, index) => bytes[index] === byte)) return body.arrayBuffer();
  return new Response(body.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** Downloads files side by side; those that arrived are kept when another one fails. */
export class Downloads {
  readonly #base: URL;
  readonly #files: readonly RuntimeFile[];
  readonly #arrived = new Map<string, Promise<ArrayBuffer>>();
  readonly #loaded = new Map<string, number>();

  constructor(base: URL, files: readonly RuntimeFile[]) {
    this.#base = base;
    this.#files = files;
  }

  /** All files by name, unpacked. Rejects with a message for the reader; may be called again. */
  async all(progress: Progress): Promise<Map<string, ArrayBuffer>> {
    const total = this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
    const report = () => {
      const loaded = [...this.#loaded.values()].reduce((sum, count) => sum + count, 0);
      progress(Math.min(loaded, total), total);
    };
    report();
    const entries = await Promise.all(
      this.#files.map(async ({ file }) => {
        let arrival = this.#arrived.get(file);
        if (arrival === undefined) {
          arrival = this.#fetch(file, report);
          this.#arrived.set(file, arrival);
          arrival.catch(() => this.#arrived.delete(file));
        }
        return [file, await arrival] as const;
      }),
    );
    return new Map(entries);
  }

  async #fetch(file: string, report: () => void): Promise<ArrayBuffer> {
    const url = new URL(file, this.#base);
    this.#loaded.set(file, 0);
    const bytes = await fetchBytes(url, (count) => {
      this.#loaded.set(file, this.#loaded.get(file)! + count);
      report();
    });
    try {
      return await gunzip(bytes);
    } catch {
      throw new Error(`${url.pathname} arrived damaged.`);
    }
  }
}
