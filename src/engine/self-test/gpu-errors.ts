/** WebGPU's errors, which tfjs leaves on the console: what was computed is then silently zero. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

export class GpuErrors {
  readonly #device: GPUDevice | null;
  readonly #messages: string[] = [];

  /** Listens on the current backend; elsewhere than on webgpu there is nothing to hear. */
  constructor() {
    this.#device = tf.getBackend() === "webgpu" ? (tf.backend() as WebGPUBackend).device : null;
    this.#device?.addEventListener("uncapturederror", ({ error }) =>
      this.#messages.push(error.message),
    );
  }

  /** What the adapter offers, for a bug report. */
  get adapter(): { features: readonly string[]; limits: Readonly<Record<string, number>> } {
    if (this.#device === null) return { features: [], limits: {} };
    const { features, limits } = this.#device;
    const names = Object.keys(
      Object.getPrototypeOf(limits) as object,
    ) as (keyof GPUSupportedLimits)[];
    return {
      features: [...features],
      limits: Object.fromEntries(names.map((name) => [name, Number(limits[name])])),
    };
  }

  /** Throws the first error since the last call, once the device has done what it was given. */
  async check(): Promise<void> {
    await this.#device?.queue.onSubmittedWorkDone();
    const [first] = this.#messages.splice(0);
    if (first !== undefined) throw new Error(`WebGPU: ${first}`);
  }
}
