/** What a dispatch binds, made once for each content: making it anew is most of what a dispatch costs the host. */

/** Entries kept of each kind, the oldest going first. A PPO step at 12 layers needs some 2,000. */
const MOST = 8192;

export class Bindings {
  readonly #device: GPUDevice;
  readonly #layouts = new WeakMap<GPUComputePipeline, GPUBindGroupLayout>();
  readonly #uniforms = new Map<string, GPUBuffer>();
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #numbers = new WeakMap<object, number>();
  #lastNumber = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A buffer that holds these bytes and is never written again. */
  uniforms(bytes: ArrayBuffer): GPUBuffer {
    const key = new Uint32Array(bytes).join();
    return remembered(this.#uniforms, key, () => {
      const buffer = this.#device.createBuffer({
        size: Math.ceil(bytes.byteLength / 16) * 16,
        usage: GPUBufferUsage.UNIFORM,
        mappedAtCreation: true,
      });
      new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(bytes));
      buffer.unmap();
      return buffer;
    });
  }

  /**
   * The buffers, bound in this order. A group that is kept keeps its buffers; they are those of tfjs's pool, which holds
   * them anyway.
   */
  group(label: string, pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    let key = `${this.#number(pipeline)}`;
    for (const buffer of buffers) key += `,${this.#number(buffer)}`;
    return remembered(this.#groups, key, () =>
      this.#device.createBindGroup({
        label,
        layout: this.#layout(pipeline),
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
  }

  #layout(pipeline: GPUComputePipeline): GPUBindGroupLayout {
    let layout = this.#layouts.get(pipeline);
    if (layout === undefined) {
      layout = pipeline.getBindGroupLayout(0);
      this.#layouts.set(pipeline, layout);
    }
    return layout;
  }

  #number(object: object): number {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      number = ++this.#lastNumber;
      this.#numbers.set(object, number);
    }
    return number;
  }
}

function remembered<V>(known: Map<string, V>, key: string, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MOST) known.delete(known.keys().next().value!);
  const value = make();
  known.set(key, value);
  return value;
}
