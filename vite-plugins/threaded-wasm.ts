import type { Plugin } from "vite";

const MODULE = /tfjs-backend-wasm[\\/]dist[\\/]backend_wasm\.js$/;

/** What tfjs 4.22 writes, and what takes its place: files beside the binaries for scripts made at run time. */
const REPLACEMENTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // The script of every thread: from the factory's text, which refers to names that minifying changes.
  [
    /new Blob\(\[`var WasmBackendModuleThreadedSimd = ` \+\s*wasmFactoryThreadedSimd\.toString\(\)\], \{ type: 'text\/javascript' \}\)/,
    "wasmPathPrefix + 'tfjs-backend-wasm-threaded-simd.js'",
  ],
  // The worker that loads it: from a blob, which a content security policy may refuse.
  [
    /const response = wasmWorkerContents\.replace[\s\S]*?return URL\.createObjectURL\(blob\);/,
    "return wasmPathPrefix + path;",
  ],
];

/**
 * Lets tfjs's wasm threads start in a minified build, and without `blob:` in the content security policy: their scripts
 * come from the files that `wasmAssets` puts beside the binaries. @see docs/decisions.md
 */
export function threadedWasm(): Plugin {
  return {
    name: "steadfast:threaded-wasm",
    apply: "build",
    transform: {
      filter: { id: MODULE },
      handler: (code) => ({ code: fromFiles(code), map: null }),
    },
  };
}

/** @throws Error if tfjs's source is not the one that this was written for. */
export function fromFiles(source: string): string {
  return REPLACEMENTS.reduce((code, [pattern, replacement]) => {
    if (!pattern.test(code)) {
      throw new Error(
        `tfjs-backend-wasm changed: ${String(pattern)} is not in backend_wasm.js any more; see vite-plugins/threaded-wasm.ts`,
      );
    }
    return code.replace(pattern, replacement);
  }, source);
}
