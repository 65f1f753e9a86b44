/** Writes a zip file by file, so that no more than one of them is in memory. */
import { deflateSync, Zip, ZipPassThrough } from "fflate";
import { LIMITS } from "./limits";

const DEFLATED = 8;
/** The same for every file, so that equal content makes equal archives. */
const MTIME = new Date(1980, 0, 1);
/** Floating point numbers hardly shrink; they are stored as they are. */
const WORTHWHILE = 0.95;

export class ZipWriter {
  #written: Uint8Array[] = [];
  readonly #zip = new Zip((error, chunk) => {
    if (error) throw error;
    this.#written.push(chunk);
  });

  /** @returns the next bytes of the archive. */
  add(path: string, bytes: Uint8Array): Uint8Array[] {
    const packed = deflateSync(bytes);
    const isPacked = packed.length < WORTHWHILE * bytes.length && !isDense(packed, bytes);
    const file = isPacked ? new PackedFile(path, packed) : new ZipPassThrough(path);
    file.mtime = MTIME;
    this.#zip.add(file);
    file.push(bytes, true);
    return this.#take();
  }

  /** @returns the last bytes: the directory. */
  end(): Uint8Array[] {
    this.#zip.end();
    return this.#take();
  }

  #take(): Uint8Array[] {
    const written = this.#written;
    this.#written = [];
    return written;
  }
}

/** Whether a reader would take it for a zip bomb. */
function isDense(packed: Uint8Array, bytes: Uint8Array): boolean {
  return bytes.length > LIMITS.ratioFrom && bytes.length > LIMITS.ratio * packed.length;
}

/** `push` counts and sums the plain bytes; what goes into the archive is the packed ones. */
class PackedFile extends ZipPassThrough {
  override compression = DEFLATED;
  readonly #packed: Uint8Array;

  constructor(path: string, packed: Uint8Array) {
    super(path);
    this.#packed = packed;
  }

  protected override process(_plain: Uint8Array, final: boolean): void {
    this.ondata(null, this.#packed as Uint8Array<ArrayBuffer>, final);
  }
}
