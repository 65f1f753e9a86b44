/**
 * WebGPU in Node, by npm `webgpu` (Dawn). With a GPU it uses the vendor's Vulkan driver; without one, Chromium's
 * SwiftShader if Chromium is installed. Import it before anything that loads the webgpu backend.
 */
import { useSwiftShader } from "./swiftshader";

/**
 * Puts `navigator.gpu` and the WebGPU globals in place. Dawn keeps the process alive: end with process.exit.
 * @returns whether an adapter answers.
 */
export async function installWebGpu(): Promise<boolean> {
  useSwiftShader(process.env);
  const { create, globals } = await import("webgpu"); // reads the environment when it loads
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis, "navigator", {
    value: Object.assign(Object.create(globalThis.navigator ?? null) as object, { gpu }),
    configurable: true,
  });
  return (await gpu.requestAdapter()) !== null;
}
