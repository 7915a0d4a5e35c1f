/** Encodes and decodes programs in links: `…/playground/#code=<base64url of gzip of UTF-8 source>`. */

/** The size limit of an unpacked program. Without it, a short link could unpack to gigabytes. */
export const MAX_SOURCE_BYTES = 1_000_000;

/** The step of decoding that has failed, or "size" if the program is too large. */
export type DamageReason = "base64" | "gzip" | "text" | "size";

/** Thrown for a link whose code cannot be decoded, or whose program is too large. */
export class DamagedLink extends Error {
  readonly reason: DamageReason;

  constructor(reason: DamageReason) {
    super(`the link's code is damaged: ${reason}`);
    this.name = "DamagedLink";
    this.reason = reason;
  }
}

/** Returns the text that goes after `#code=`. Rejects if the browser has no `CompressionStream`. */
export async function encode(source: string): Promise<string> {
  const packed = await new Response(
    new Blob([source]).stream().pipeThrough(new CompressionStream("gzip")),
  ).arrayBuffer();
  let binary = "";
  for (const byte of new Uint8Array(packed)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Returns the source that `encode` has packed.
 *
 * @throws DamagedLink if the code cannot be decoded, or if the source is larger than `MAX_SOURCE_BYTES`.
 * Unpacking ends when this limit is exceeded. In a browser without `DecompressionStream`, another error is
 * thrown.
 */
export async function decode(code: string): Promise<string> {
  const bytes = await gunzip(fromBase64url(code));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DamagedLink("text");
  }
}

function fromBase64url(code: string): Uint8Array<ArrayBuffer> {
  // `encode` leaves out the padding, but some mail and chat programs append it, plain or escaped.
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
    if (size > MAX_SOURCE_BYTES) {
      await reader.cancel().catch(() => undefined);
      throw new DamagedLink("size");
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
