import { type Client, RemoteError } from "../protocol/rpc";
import type { AssetUrls, DeviceInfo, StudyContract } from "../protocol/study";
import type { TrainerWorker } from "./workers";
import { messageOf } from "../core/message-of";

export const BACKEND_NAMES: Readonly<Record<DeviceInfo["backend"], string>> = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  cpu: "Plain JavaScript",
};

export type DeviceStatus =
  | { readonly kind: "unstarted" | "starting" }
  | { readonly kind: "ready"; readonly info: DeviceInfo }
  | { readonly kind: "failed"; readonly message: string };

/** The worker that computes, and what it computes on. It starts with the first run, and again after it was ended. */
export class Device {
  status = $state.raw<DeviceStatus>({ kind: "unstarted" });

  readonly #startWorker: () => TrainerWorker;
  readonly #assets: AssetUrls;
  #worker: TrainerWorker | null = null;

  constructor(startWorker: () => TrainerWorker, assets: AssetUrls) {
    this.#startWorker = startWorker;
    this.#assets = assets;
  }

  /** @throws RemoteError if the worker cannot start; the status says so too. */
  async start(): Promise<{ client: Client<StudyContract>; info: DeviceInfo }> {
    const worker = (this.#worker ??= this.#startWorker());
    if (this.status.kind === "ready") return { client: worker.client, info: this.status.info };
    this.status = { kind: "starting" };
    try {
      const info = await worker.client.call("start", { assets: this.#assets });
      this.status = { kind: "ready", info };
      return { client: worker.client, info };
    } catch (error) {
      const message = messageOf(error);
      this.end();
      this.status = { kind: "failed", message };
      throw error;
    }
  }

  /** Ends the worker at once: it did not stop by itself, or it broke. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.status = { kind: "unstarted" };
  }
}

const ENDS = new Set(["WorkerFailed", "DeviceLostError", "OutOfMemoryError", "HeapFullError"]);

/** Ends a worker that broke, lost its GPU or filled its memory, which it never gives back: the next use starts another. */
export function endIfBroken(device: Pick<Device, "end">, error: unknown): void {
  const code = error instanceof RemoteError ? error.code : null;
  if (code !== null && ENDS.has(code)) device.end();
}
