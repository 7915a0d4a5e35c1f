/** Reads the zip archives in which libraries are published. This file imports nothing. */

/**
 * Where the header of a file in a zip archive has its fields, in bytes from the header's start; see
 * section 4.3.7 of https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
 */
const HEADER = { size: 18, nameLength: 26, extraLength: 28, name: 30 };

/** The first four bytes of such a header, "PK\x03\x04". */
const SIGNATURE = 0x04034b50;

/**
 * Yields the name and content of each file in an archive, without copying the content. The archive
 * must be uncompressed, as `runtime/bundle/pack_packages.py` writes it.
 */
export function* filesOf(archive: ArrayBuffer): Generator<[string, Uint8Array<ArrayBuffer>]> {
  const view = new DataView(archive);
  const decoder = new TextDecoder();
  let place = 0;
  // The last file is followed by the archive's directory, which has another signature.
  while (view.getUint32(place, true) === SIGNATURE) {
    const size = view.getUint32(place + HEADER.size, true);
    const nameLength = view.getUint16(place + HEADER.nameLength, true);
    const extraLength = view.getUint16(place + HEADER.extraLength, true);
    const name = new Uint8Array(archive, place + HEADER.name, nameLength);
    const start = place + HEADER.name + nameLength + extraLength;
    yield [decoder.decode(name), new Uint8Array(archive, start, size)];
    place = start + size;
  }
}
