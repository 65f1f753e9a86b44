/** What nanogpt.ts asks of the process that runs nanogpt-theirs.ts, and gets back. */
import type { GpuCounts } from "./gpu-counters";
import type { Shape } from "./random-model";

export interface Task {
  readonly backend: "cpu" | "webgpu";
  readonly addresses: { readonly nanogpt: string; readonly webgpu: string };
  readonly shape: Shape;
  readonly batch: number;
  /** Steps that are timed, after one that is not. */
  readonly steps: number;
  readonly prompt: string;
  /** The answers timed, and a shorter one: their difference leaves out what is done once. */
  readonly tokens: { readonly few: number; readonly many: number };
}

/** Milliseconds of each step and of the longer answer; on webgpu what the last step and a token asked of the device. */
export interface Measured {
  readonly steps: readonly number[];
  readonly decode: number;
  readonly counts: { readonly step: Counted; readonly token: Counted } | null;
}

export type Counted = Pick<GpuCounts, "dispatches" | "readbacks">;

/** What each token or step more asked of the device, from what fewer and more of them did. */
export function each(short: GpuCounts, long: GpuCounts, more: number): Counted {
  return {
    dispatches: (long.dispatches - short.dispatches) / more,
    readbacks: (long.readbacks - short.readbacks) / more,
  };
}
