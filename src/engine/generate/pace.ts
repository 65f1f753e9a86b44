/** How many tokens are decoded between read-backs: the device goes on alone, and the user is heard soon enough. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { Gpu } from "../webgpu/gpu";

/** At most so many tokens in a row: what rows that have ended cost in vain, and how late their end is seen. */
const MOST_TOKENS = 8;
/** A cancel message is seen, and progress told, about this often. */
const READ_MS = 300;
/** How long the event loop may wait where the CPU computes. */
const BREATH_MS = 50;

export class Pace {
  /** Tokens until the next read-back. One where tokens lie in this process's memory, which costs nothing to read. */
  tokens = 1;
  readonly #ahead: boolean;
  #lastRead = performance.now();
  #lastBreath = performance.now();

  /** @param fixed  tokens between read-backs, whatever they take; absent: as many as the time allows. */
  constructor(fixed?: number) {
    this.#ahead = tf.getBackend() === "webgpu" && fixed === undefined;
    if (fixed !== undefined) this.tokens = fixed;
  }

  /** Takes the time of one token before the first read-back, waiting for the device, not for values. */
  async time(decodeOne: () => void): Promise<void> {
    if (!this.#ahead) return decodeOne();
    const gpu = new Gpu(tf.backend() as WebGPUBackend);
    await gpu.done(); // the prompts are computed
    const start = performance.now();
    decodeOne();
    await gpu.done();
    this.#lastRead = performance.now();
    this.#adapt(this.#lastRead - start);
  }

  /** After a read-back of so many tokens. */
  passed(tokens: number): void {
    const now = performance.now();
    this.#adapt((now - this.#lastRead) / tokens);
    this.#lastRead = now;
  }

  /** Gives the event loop a turn when the last one is a while ago. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#lastBreath < BREATH_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#lastBreath = performance.now();
  }

  #adapt(msPerToken: number): void {
    if (!this.#ahead) return;
    this.tokens = Math.min(MOST_TOKENS, Math.max(1, Math.floor(READ_MS / msPerToken)));
  }
}
