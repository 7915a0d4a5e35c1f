/** Recognises links to shared code, which share_link.ts encodes and decodes. */

/** Returns the code in the hash of an address, or undefined if the hash contains none. */
export function codeInHash(hash: string): string | undefined {
  return /^#code=(.*)$/s.exec(hash)?.[1];
}
