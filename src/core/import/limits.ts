/** Bounds of an imported file, so that one that was made to do harm stops with a message and not with the tab. */
export const IMPORT_LIMITS = {
  /** Bytes of the file. A file that must be held whole (JSON, Parquet) may have half of it. */
  bytes: 512 << 20,
  rows: 2_000_000,
  /** Characters of one record of a text file. */
  record: 4 << 20,
  columns: 1_000,
  /** Values that a Parquet file unfolds into; its bytes without compression may be as many as a file's. */
  values: 50_000_000,
  /** Levels of lists and objects within one value. */
  depth: 16,
  /** Rejected rows that are named one by one; the others are counted. */
  rejected: 1_000,
} as const;
