/** Makes tfjs's pool of buffers hand out the same ones whenever the same kernels run in the same order. */

interface BufferManager {
  acquireBuffer(
    size: number,
    usage: GPUBufferUsageFlags,
    mappedAtCreation?: boolean,
    reuse?: boolean,
  ): GPUBuffer;
}

interface Pool {
  readonly freeBuffers: Map<string, GPUBuffer[]>;
}

/**
 * tfjs (4.22.0, pinned) takes the free buffer that was released last, whichever that is; from here on it takes the oldest
 * one, so that a step binds what the step before bound (`Bindings` then has it).
 */
export function steadyPool(manager: BufferManager): void {
  const { freeBuffers } = manager as unknown as Pool;
  const ages = new WeakMap<GPUBuffer, number>();
  const acquire = manager.acquireBuffer.bind(manager);
  let count = 0;
  manager.acquireBuffer = (size, usage, mappedAtCreation, reuse) => {
    const free = freeBuffers.get(`${size}_${usage}`);
    if (free !== undefined && free.length > 1) putOldestLast(free, ages);
    const buffer = acquire(size, usage, mappedAtCreation, reuse);
    if (!ages.has(buffer)) ages.set(buffer, count++);
    return buffer;
  };
}

/** The last is the one that tfjs takes. */
function putOldestLast(free: GPUBuffer[], ages: WeakMap<GPUBuffer, number>): void {
  const age = (buffer: GPUBuffer) => ages.get(buffer) ?? -1; // made before the pool was steady
  let oldest = 0;
  for (let i = 1; i < free.length; i++) {
    if (age(free[i]!) < age(free[oldest]!)) oldest = i;
  }
  const last = free.length - 1;
  [free[oldest], free[last]] = [free[last]!, free[oldest]!];
}
