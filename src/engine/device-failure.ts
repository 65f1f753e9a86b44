/** Notices when the GPU under the current backend fails work: lost to a reset driver or a crash, or unable to do what it is told. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** The browser may tell of the loss a little after the calls that it makes fail. */
const LATER = 500; // ms

/** The GPU is gone, and every tensor on it. Only a new backend can go on. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
}

/** The GPU refused a command, which tfjs leaves on the console: what was to be computed is zero. */
export class GpuError extends Error {
  override readonly name = "GpuError";
}

/**
 * Waits for work that computes on the current backend.
 * @param work    is told to end where the GPU refused a command, by the signal that it is given.
 * @param signal  cancels the work: what it throws then is thrown at once.
 * @throws DeviceLostError if the GPU is lost before it ends, GpuError if it refuses a command, whatever the work itself makes of that; else what it
 *         throws.
 */
export async function unlessDeviceFails<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (tf.getBackend() !== "webgpu") return work(signal);
  const { device } = tf.backend() as WebGPUBackend;
  const refused = new AbortController();
  const refuse = ({ error }: GPUUncapturedErrorEvent) => refused.abort(refusal(error));
  device.addEventListener("uncapturederror", refuse);
  const failing = device.lost.then(({ message }): never => {
    throw new DeviceLostError(message || "the browser gives no reason");
  });
  failing.catch(() => {}); // after the work's end it concerns nobody
  const working = work(AbortSignal.any([signal, refused.signal]));
  try {
    const result = await Promise.race([working, failing]);
    refused.signal.throwIfAborted();
    return result;
  } catch (error) {
    working.catch(() => {}); // it ends as it can
    if (!signal.aborted) await Promise.race([failing, later()]);
    refused.signal.throwIfAborted();
    throw error;
  } finally {
    device.removeEventListener("uncapturederror", refuse);
  }
}

function refusal(error: GPUError): GpuError {
  const what = error instanceof GPUOutOfMemoryError ? "is out of memory" : "refused a command";
  return new GpuError(`the GPU ${what} (${error.message.split("\n")[0]})`);
}

const later = () => new Promise<void>((resolve) => setTimeout(resolve, LATER));
