/**
 * Debian's Chromium brings a software GPU and the Vulkan loader that npm `webgpu` needs for it. Both are found by the
 * environment that a process starts with, so a test's worker must inherit it.
 */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

const FOLDER = "/usr/lib/chromium";

/** Puts them into the environment where they are installed; what is set already stays. */
export function useSwiftShader(environment: NodeJS.ProcessEnv): void {
  environment["XDG_RUNTIME_DIR"] ??= tmpdir();
  if (!existsSync(`${FOLDER}/vk_swiftshader_icd.json`)) return;
  environment["VK_ICD_FILENAMES"] ??= `${FOLDER}/vk_swiftshader_icd.json`;
  environment["LD_LIBRARY_PATH"] ??= FOLDER;
}
