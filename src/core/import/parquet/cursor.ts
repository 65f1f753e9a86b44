/** Reads bytes one after another and never beyond their end. Every method throws RangeError there. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    this.skip(1);
    return this.bytes[this.at - 1]!;
  }

  skip(count: number): void {
    if (!(count >= 0 && count <= this.left)) throw new RangeError("its bytes end too early");
    this.at += count;
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    this.skip(count);
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** A whole number in `count` ≤ 4 bytes, the lowest first. */
  little(count: number): number {
    return this.take(count).reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  }

  /** A whole number in 7 bits a byte (ULEB128), below 2³¹. */
  count(): number {
    const start = this.at;
    this.skipNumber();
    const value = this.bytes
      .subarray(start, this.at)
      .reduce((sum, byte, i) => sum + (byte & 0x7f) * 2 ** (7 * i), 0);
    if (value >= 2 ** 31 || this.at - start > 5) throw new RangeError("a count in it is too large");
    return value;
  }

  /** Passes over a number of up to 64 bits in 7 bits a byte. */
  skipNumber(): void {
    for (let length = 0; length < 10; length++) if (this.byte() < 0x80) return;
    throw new RangeError("a number in it has no end");
  }
}
