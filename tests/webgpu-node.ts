/** WebGPU for tests in Node: on a GPU, or without one on Chromium's SwiftShader if Chromium is installed. */
import { installWebGpu as install } from "../src/cli/webgpu-node";
import { useSwiftShader } from "./swiftshader";

/**
 * Import it before anything that loads the webgpu backend.
 * @returns whether an adapter answers.
 */
export async function installWebGpu(): Promise<boolean> {
  useSwiftShader(process.env); // Dawn reads the environment when it loads
  await install();
  return (await navigator.gpu.requestAdapter()) !== null;
}
