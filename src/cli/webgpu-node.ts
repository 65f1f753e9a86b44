/** WebGPU in Node, by npm `webgpu` (Dawn), on the Vulkan, Metal or Direct3D driver of the machine. */
import { BackendError } from "../engine/backend";
import { messageOf } from "../core/message-of";

/**
 * Puts `navigator.gpu` and WebGPU's globals in place, before the webgpu backend is loaded. Dawn keeps the process alive:
 * end with process.exit.
 * @throws BackendError if the package is not installed, or not for this platform.
 */
export async function installWebGpu(): Promise<void> {
  const { create, globals } = await import("webgpu").catch((error: unknown) => {
    const said = messageOf(error);
    throw new BackendError(
      `WebGPU in Node needs the optional package "webgpu", which could not be loaded (${said}). ` +
        "Install it with npm install webgpu, or compute with --backend wasm.",
    );
  });
  Object.assign(globalThis, globals);
  const navigator = Object.create(globalThis.navigator ?? null) as object;
  Object.defineProperty(globalThis, "navigator", {
    value: Object.assign(navigator, { gpu: create([]) }),
    configurable: true,
  });
}
