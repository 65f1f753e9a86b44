/** SHA-256 (FIPS 180-4) of a stream, piece by piece: the browser's own takes a whole file in memory at once. */

/** The first 32 bits of the fractional part of x: FIPS 180-4 draws its constants from roots of primes. */
const fraction = (x: number) => ((x - Math.floor(x)) * 2 ** 32) | 0;

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}

const ROUND_CONSTANTS = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
const INITIAL = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

const BLOCK = 64; // bytes
const LENGTH = 8; // bytes of the message's length, at its end

export class Sha256 {
  readonly #state = INITIAL.slice();
  readonly #schedule = new Int32Array(64);
  /** What does not fill a block yet. */
  readonly #rest = new Uint8Array(BLOCK);
  #filled = 0;
  #bytes = 0;

  update(piece: Uint8Array): this {
    this.#bytes += piece.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(piece.length, BLOCK - this.#filled);
      this.#rest.set(piece.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK) return this;
      this.#compress(this.#rest, 0);
    }
    for (; at + BLOCK <= piece.length; at += BLOCK) this.#compress(piece, at);
    this.#rest.set(piece.subarray(at));
    this.#filled = piece.length - at;
    return this;
  }

  /** In lower-case hex. Ends the message: nothing can be added after it. */
  hex(): string {
    const bits = BigInt(this.#bytes) * 8n;
    const padding = (2 * BLOCK - LENGTH - 1 - this.#filled) % BLOCK; // zeros, so that the length ends a block
    const end = new Uint8Array(1 + padding + LENGTH);
    end[0] = 0x80;
    new DataView(end.buffer).setBigUint64(1 + padding, bits);
    this.update(end);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #compress(bytes: Uint8Array, at: number): void {
    const w = this.#schedule;
    const h = this.#state;
    for (let i = 0, p = at; i < 16; i++, p += 4) {
      w[i] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    let a = h[0]!;
    let b = h[1]!;
    let c = h[2]!;
    let d = h[3]!;
    let e = h[4]!;
    let f = h[5]!;
    let g = h[6]!;
    let k = h[7]!;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[i]! + w[i]!) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      k = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    h[0] = h[0]! + a;
    h[1] = h[1]! + b;
    h[2] = h[2]! + c;
    h[3] = h[3]! + d;
    h[4] = h[4]! + e;
    h[5] = h[5]! + f;
    h[6] = h[6]! + g;
    h[7] = h[7]! + k;
  }
}
