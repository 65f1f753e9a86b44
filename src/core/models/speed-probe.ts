/** Side of the square matrices that are multiplied: small enough for every processor's cache. */
const SIDE = 64;

/**
 * How fast plain JavaScript multiplies and adds here, per second: the best of many products within `budget` ms, so that
 * what else the machine does counts little. It compares two machines; it is not how fast a study runs.
 * @param now  a clock in ms, such as performance.now.
 */
export function multiplyAddsPerSecond(budget: number, now: () => number): number {
  const a = Float32Array.from({ length: SIDE ** 2 }, (_, i) => (i % 7) / 7);
  const b = Float32Array.from({ length: SIDE ** 2 }, (_, i) => (i % 5) / 5);
  const product = new Float32Array(SIDE ** 2);
  const end = now() + budget;
  let best = 0;
  // A clock of a page counts in 0.1 ms: several products make a length of time that it can tell.
  for (let times = 8; now() < end;) {
    const started = now();
    for (let i = 0; i < times; i++) multiply(a, b, product);
    const took = now() - started;
    if (took < 1) times *= 2;
    else best = Math.max(best, (times * SIDE ** 3 * 1000) / took);
  }
  return best;
}

function multiply(a: Float32Array, b: Float32Array, product: Float32Array): void {
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      let sum = 0;
      for (let k = 0; k < SIDE; k++) sum += a[row * SIDE + k]! * b[k * SIDE + column]!;
      product[row * SIDE + column] = sum;
    }
  }
}
