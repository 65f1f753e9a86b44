import { version } from "../../package.json";
import type { BackendResult, SelfTestReport } from "../core/self-test/report";
import { messageOf } from "../core/message-of";
import type { SelfTestProgress, SelfTestUrls } from "../protocol/self-test";
import type { DeviceInfo } from "../protocol/study";
import { BACKEND_NAMES } from "./device.svelte";
import type { SelfTestWorker } from "./workers";

type Backend = DeviceInfo["backend"];

/** The order in which the app itself prefers them. */
const BACKENDS: readonly Backend[] = ["webgpu", "wasm", "cpu"];

export type SelfTestStatus =
  | { readonly kind: "idle" | "done" | "cancelled" }
  | {
      readonly kind: "running";
      readonly backend: string;
      readonly progress: SelfTestProgress | null;
    };

/** Tests every backend of this browser, each in a worker of its own. */
export class SelfTestState {
  status = $state.raw<SelfTestStatus>({ kind: "idle" });
  /** What has been found so far; null before the first test. */
  report = $state.raw<SelfTestReport | null>(null);

  readonly #startWorker: () => SelfTestWorker;
  readonly #urls: SelfTestUrls;
  #running: AbortController | null = null;

  constructor(startWorker: () => SelfTestWorker, urls: SelfTestUrls) {
    this.#startWorker = startWorker;
    this.#urls = urls;
  }

  async start(): Promise<void> {
    if (this.#running) return;
    const running = (this.#running = new AbortController());
    this.report = {
      versions: { Steadfast: version },
      at: Date.now(),
      environment: environment(),
      backends: [],
    };
    for (const backend of BACKENDS) {
      if (running.signal.aborted) break;
      const result = await this.#test(backend, running.signal);
      if (result) this.report = { ...this.report, backends: [...this.report.backends, result] };
    }
    this.status = { kind: running.signal.aborted ? "cancelled" : "done" };
    this.#running = null;
  }

  /** Ends the worker at once, whatever it does. */
  cancel(): void {
    this.#running?.abort();
  }

  /** Null if it was cancelled. */
  async #test(backend: Backend, signal: AbortSignal): Promise<BackendResult | null> {
    const name = BACKEND_NAMES[backend];
    this.status = { kind: "running", backend: name, progress: null };
    const worker = this.#startWorker();
    try {
      const tested = worker.client.call(
        "test",
        { backend, urls: this.#urls },
        {
          onProgress: (progress) => {
            if (!signal.aborted) this.status = { kind: "running", backend: name, progress };
          },
        },
      );
      return await Promise.race([tested, aborted(signal)]);
    } catch (error) {
      const reason = messageOf(error);
      return { kind: "unavailable", backend: name, reason };
    } finally {
      worker.terminate();
    }
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(null)));
}

function environment(): Record<string, string> {
  return {
    browser: navigator.userAgent,
    cores: String(navigator.hardwareConcurrency),
    "cross-origin isolated": globalThis.crossOriginIsolated ? "yes" : "no",
  };
}
