/** Reads a safetensors file front to back, one tensor at a time, so that no more than one is ever held. */
import {
  type HeaderTensor,
  LENGTH_BYTES,
  decodeTensor,
  readHeader,
  readHeaderLength,
} from "./safetensors";

export interface TensorStream {
  /** As the header lists them. */
  readonly entries: readonly HeaderTensor[];
  /**
   * The values of those wanted, in the order of the file. To be read once.
   * @throws SyntaxError if the file ends before a tensor does.
   */
  tensors(
    wanted: (name: string) => boolean,
  ): AsyncGenerator<{ readonly name: string; readonly values: Float32Array }>;
}

/**
 * Reads the header; the tensors follow as they are asked for.
 * @param parts  the file in pieces of any size.
 * @throws SyntaxError naming the file where it is not safetensors, or is cut short.
 */
export async function openSafetensors(
  parts: AsyncIterable<Uint8Array>,
  file: string,
): Promise<TensorStream> {
  const bytes = new Bytes(parts, file);
  const length = readHeaderLength(await bytes.take(LENGTH_BYTES, "its length"), file);
  const { tensors } = readHeader(await bytes.take(length, "its header"), file);
  const inOrder = tensors.toSorted((a, b) => a.begin - b.begin);
  return {
    entries: tensors,
    async *tensors(wanted) {
      let at = 0;
      try {
        for (const { name, dtype, begin, end } of inOrder) {
          if (!wanted(name)) continue;
          if (begin < at) throw new SyntaxError(`${file}: ${name} overlaps the tensor before it`);
          await bytes.skip(begin - at, name);
          const values = decodeTensor(await bytes.take(end - begin, name), dtype, name, file);
          at = end;
          yield { name, values };
        }
      } finally {
        await bytes.close();
      }
    },
  };
}

/** Takes exact numbers of bytes from pieces of any size. */
class Bytes {
  readonly #parts: AsyncIterator<Uint8Array>;
  readonly #file: string;
  #rest: Uint8Array = new Uint8Array();

  constructor(parts: AsyncIterable<Uint8Array>, file: string) {
    this.#parts = parts[Symbol.asyncIterator]();
    this.#file = file;
  }

  /** The next bytes, in a buffer of their own. */
  async take(count: number, what: string): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    let filled = 0;
    await this.#advance(count, what, (piece) => {
      taken.set(piece, filled);
      filled += piece.length;
    });
    return taken;
  }

  skip(count: number, what: string): Promise<void> {
    return this.#advance(count, what, () => {});
  }

  async close(): Promise<void> {
    this.#rest = new Uint8Array();
    await this.#parts.return?.();
  }

  async #advance(count: number, what: string, use: (piece: Uint8Array) => void): Promise<void> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#parts.next();
        if (next.done) {
          throw new SyntaxError(
            `${this.#file} is cut short: it ends ${left} bytes before the end of ${what}; load it again`,
          );
        }
        this.#rest = next.value;
      }
      const piece = this.#rest.subarray(0, left);
      use(piece);
      left -= piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
  }
}
