import type { BackendResult } from "../core/self-test/report";
import type { DeviceInfo } from "./study";

/** Absolute addresses of folders, ending in "/". */
export interface SelfTestUrls {
  readonly demoModel: string;
  readonly wasm: string;
  /** PyTorch's numbers, which the site brings along. */
  readonly golden: string;
}

export interface SelfTestProgress {
  /** "kernel layerNormForward: 3 rows of 64". */
  readonly doing: string;
  /** Of the kernels' examples; null where it isn't known how much is to come. */
  readonly part: { readonly done: number; readonly total: number } | null;
}

/** What workers/self-test.ts answers. A worker tests one backend and is then ended: a device that is lost harms no other. */
export type SelfTestContract = {
  test: {
    params: { backend: DeviceInfo["backend"]; urls: SelfTestUrls };
    progress: SelfTestProgress;
    result: BackendResult;
  };
};
