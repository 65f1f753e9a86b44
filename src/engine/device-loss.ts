/** Notices when the GPU under the current backend is lost: a driver that was reset, a GPU process that crashed. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../core/abort";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** The browser may tell of the loss a little after the calls that it makes fail. */
const LATER = 500; // ms

/** The GPU is gone, and every tensor on it. Only a new backend can go on. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
}

/**
 * Waits for work that computes on the current backend.
 * @param signal  cancels the work: what it throws then is thrown at once.
 * @throws DeviceLostError if the GPU is lost before it ends, whatever the work itself makes of that; else what it throws.
 */
export async function unlessLost<T>(work: Promise<T>, signal: AbortSignalLike): Promise<T> {
  if (tf.getBackend() !== "webgpu") return work;
  const { device } = tf.backend() as WebGPUBackend;
  const failing = device.lost.then(({ message }): never => {
    throw new DeviceLostError(message || "the browser gives no reason");
  });
  failing.catch(() => {}); // after the work's end it concerns nobody
  try {
    return await Promise.race([work, failing]);
  } catch (error) {
    work.catch(() => {}); // it ends as it can
    if (!signal.aborted) await Promise.race([failing, later()]);
    throw error;
  }
}

const later = () => new Promise<void>((resolve) => setTimeout(resolve, LATER));
