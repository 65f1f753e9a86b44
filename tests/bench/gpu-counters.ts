/**
 * Counts what a page asks of WebGPU, by wrapping the methods of its classes: the same numbers for plain tfjs and for
 * the engine's own shaders, and on every device.
 */

export interface GpuCounts {
  readonly dispatches: number;
  /** Compute pipelines created. */
  readonly pipelines: number;
  /** Bytes from the host to the device: by writeBuffer, and by buffers that are mapped to be written. */
  readonly bytesWritten: number;
  /** Bind groups created. */
  readonly bindGroups: number;
  /** Buffers mapped to be read: the host waits for the device at each. */
  readonly readbacks: number;
}

type Counter = { -readonly [Key in keyof GpuCounts]: GpuCounts[Key] };

const counter: Counter = {
  ...{ dispatches: 0, pipelines: 0, bindGroups: 0, bytesWritten: 0, readbacks: 0 },
};
let installed = false;

/** Starts counting in this process, once. WebGPU's globals must be in place. */
export function installGpuCounters(): void {
  if (installed) return;
  installed = true;
  const one = (name: keyof GpuCounts) => () => void (counter[name] += 1);
  before(GPUComputePassEncoder, "dispatchWorkgroups", one("dispatches"));
  before(GPUComputePassEncoder, "dispatchWorkgroupsIndirect", one("dispatches"));
  before(GPUDevice, "createComputePipeline", one("pipelines"));
  before(GPUDevice, "createComputePipelineAsync", one("pipelines"));
  before(GPUDevice, "createBindGroup", one("bindGroups"));
  before(GPUDevice, "createBuffer", ({ size, mappedAtCreation }: GPUBufferDescriptor) => {
    if (mappedAtCreation) counter.bytesWritten += size;
  });
  before(GPUQueue, "writeBuffer", (_buffer, _offset, data: BufferSource, start = 0, size?) => {
    counter.bytesWritten += writtenBytes(data, start as number, size as number | undefined);
  });
  before(GPUBuffer, "mapAsync", function (this: GPUBuffer, mode: number, offset = 0, size?) {
    if (mode & GPUMapMode.READ) counter.readbacks += 1;
    else counter.bytesWritten += (size as number | undefined) ?? this.size - (offset as number);
  });
}

/** What `work` asked of the device. Nothing else may run meanwhile. @throws Error unless the counters are installed. */
export async function countGpu(work: () => Promise<unknown>): Promise<GpuCounts> {
  const start = gpuCounts();
  await work();
  return gpuCountsSince(start);
}

/** All since the counters were installed. @throws Error unless they are. */
export function gpuCounts(): GpuCounts {
  if (!installed) throw new Error("call installGpuCounters before the work is counted");
  return { ...counter };
}

export function gpuCountsSince(start: GpuCounts): GpuCounts {
  const now = gpuCounts();
  return {
    dispatches: now.dispatches - start.dispatches,
    pipelines: now.pipelines - start.pipelines,
    bindGroups: now.bindGroups - start.bindGroups,
    bytesWritten: now.bytesWritten - start.bytesWritten,
    readbacks: now.readbacks - start.readbacks,
  };
}

/** `start` and `size` count elements of a typed array, and bytes of anything else. */
function writtenBytes(data: BufferSource, start: number, size: number | undefined): number {
  const unit = "BYTES_PER_ELEMENT" in data ? (data.BYTES_PER_ELEMENT as number) : 1;
  return size === undefined ? data.byteLength - start * unit : size * unit;
}

/** Runs `first` with the method's own arguments before each call of it. */
function before<Args extends unknown[]>(
  type: { readonly prototype: object },
  method: string,
  first: (...args: Args) => void,
): void {
  const methods = type.prototype as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method];
  if (original === undefined) return; // a browser may lack createComputePipelineAsync
  methods[method] = function (this: unknown, ...args: unknown[]) {
    first.apply(this, args as Args);
    return original.apply(this, args);
  };
}
