/** Work that is done over and over on the same tensors. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { Gpu } from "./gpu";
import type { Recording } from "./recording";

/** On webgpu it is recorded the first time and replayed from then on, where `Gpu.record` can; else it is simply done. */
export class RepeatedWork {
  readonly #work: () => void;
  readonly #replay: boolean;
  #recording: Recording | null | undefined; // null: it cannot be replayed

  /**
   * @param work    may keep no tensor that it makes, and must use the same ones every time.
   * @param replay  false: it is simply done everywhere.
   */
  constructor(work: () => void, { replay = true }: { readonly replay?: boolean } = {}) {
    this.#work = work;
    this.#replay = replay;
  }

  run(): void {
    const replay = this.#replay && tf.getBackend() === "webgpu";
    if (this.#recording) this.#recording.replay();
    else if (this.#recording === null || !replay) tf.tidy(this.#work);
    else this.#recording = new Gpu(tf.backend() as WebGPUBackend).record(this.#work);
  }

  /** To be called when the work is over, and before tensors that it uses are others than before. */
  forget(): void {
    this.#recording?.dispose();
    this.#recording = undefined;
  }
}
