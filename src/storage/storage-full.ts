/** The browser gives no more room. The transaction was undone: what was stored before is as it was. */
export class StorageFullError extends Error {
  override readonly name = "StorageFullError";
  /** Bytes that should have been stored, roughly; null if unknown. */
  readonly needed: number | null;

  constructor(needed: number | null, options?: ErrorOptions) {
    const size = needed === null ? "" : ` for ${megabytes(needed)}`;
    super(
      `there is no room${size} in this browser's storage. Nothing that was stored before is lost. ` +
        "Delete runs or corpora you no longer need (Storage shows what takes most), or free space on the disk, then try again.",
      options,
    );
    this.needed = needed;
  }
}

export function isQuotaError(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
