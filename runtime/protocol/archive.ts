/** Reads the zip archives in which libraries are published. */

/**
 * The fields that are read from the header before each file of a zip archive, by their distance from
 * the header's start in bytes; see section 4.3.7 of
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
 */
const OFFSETS = { size: 18, nameLength: 26, extraLength: 28, name: 30 };

/** The number that the first four bytes of each header form, "PK\x03\x04". */
const SIGNATURE = 0x04034b50;

/**
 * Yields the name and content of each file in an archive, without copying the content. The archive
 * must be uncompressed, as `runtime/bundle/pack_packages.py` writes it.
 */
export function* filesOf(archive: ArrayBuffer): Generator<[string, Uint8Array<ArrayBuffer>]> {
  const view = new DataView(archive);
  const decoder = new TextDecoder();
  let offset = 0;
  // The last file is followed by the archive's directory, which has another signature.
  while (view.getUint32(offset, true) === SIGNATURE) {
    const size = view.getUint32(offset + OFFSETS.size, true);
    const nameLength = view.getUint16(offset + OFFSETS.nameLength, true);
    const extraLength = view.getUint16(offset + OFFSETS.extraLength, true);
    const name = new Uint8Array(archive, offset + OFFSETS.name, nameLength);
    const start = offset + OFFSETS.name + nameLength + extraLength;
    yield [decoder.decode(name), new Uint8Array(archive, start, size)];
    offset = start + size;
  }
}
