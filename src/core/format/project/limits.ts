/** Bounds of an archive, checked before anything is unpacked. What this program writes keeps to them. */
export const LIMITS = {
  /** Bytes of the file. Below 4 GiB, so that plain zip holds it. */
  archive: 1 << 30,
  entries: 20_000,
  /** Bytes of one file, unpacked. */
  entry: 256 << 20,
  /** Bytes of all files, unpacked: they are written in one transaction, so they have to fit into memory. */
  total: 1 << 30,
  /** Unpacked over packed bytes, for files above `ratioFrom` bytes. Deflate reaches 1032. */
  ratio: 200,
  ratioFrom: 1 << 20,
} as const;
