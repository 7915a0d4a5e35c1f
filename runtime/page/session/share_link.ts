/** Share links: `…/playground/#code=<base64url of gzip of UTF-8 source>`. */

/** Unpacked source larger than this (bytes) is not opened: a small link may unpack to gigabytes. */
export const MAX_SOURCE = 1_000_000;

export type DamageReason = "base64" | "gzip" | "text" | "size";

/** A link that does not hold a program; `reason` says at which step that was found. */
export class DamagedLink extends Error {
  readonly reason: DamageReason;

  constructor(reason: DamageReason) {
    super(`the link's code is damaged: ${reason}`);
    this.name = "DamagedLink";
    this.reason = reason;
  }
}

/** The text after `#code=`. Rejects where the browser has no CompressionStream. */
export async function encode(source: string): Promise<string> {
  const packed = await new Response(
    new Blob([source]).stream().pipeThrough(new CompressionStream("gzip")),
  ).arrayBuffer();
  let binary = "";
  for (const byte of new Uint8Array(packed)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The source that `encode` packed. Rejects with `DamagedLink` and never unpacks past MAX_SOURCE. */
export async function decode(code: string): Promise<string> {
  const bytes = await gunzip(fromBase64url(code));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DamagedLink("text");
  }
}

/** The packed source in a location's hash; undefined when the hash is something else. */
export function codeInHash(hash: string): string | undefined {
  return /^#code=(.*)$/s.exec(hash)?.[1];
}

function fromBase64url(code: string): Uint8Array<ArrayBuffer> {
  // Mail programs and chats append or escape "=": padding is accepted, but never needed.
  const text = code.replace(/(=|%3D)+$/i, "");
  if (text === "" || !/^[\w-]+$/.test(text)) throw new DamagedLink("base64");
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw new DamagedLink("base64");
  }
}

async function gunzip(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const reader = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"))
    .getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new DamagedLink("gzip");
    });
    if (done) break;
    size += value.byteLength;
    if (size > MAX_SOURCE) {
      await reader.cancel().catch(() => undefined);
      throw new DamagedLink("size");
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
