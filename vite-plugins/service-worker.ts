import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { type Plugin, transformWithOxc } from "vite";

const SOURCE = resolve(import.meta.dirname, "../workers/service-worker.ts");
const WORKER = "service-worker.js";
/** Which large files there are, for the page that offers to keep them. */
export const LIST = "offline.json";
/** Folders of large files, fetched when they are first needed or when the user asks: model, encoder, runtime of ONNX. */
const LARGE = ["demo/model/", "encoder/", "onnx/"];

export interface BuiltFile {
  readonly path: string;
  readonly bytes: number;
  readonly hash: string;
  readonly eager: boolean;
}

/** Writes the service worker beside the built page, with the list of all files and their hashes in it. */
export function serviceWorker(): Plugin {
  let outDir = "";
  let hasFailed = false;
  return {
    name: "steadfast:service-worker",
    apply: "build",
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    buildEnd(error) {
      hasFailed = error !== undefined;
    },
    // Last, when other plugins have put their files there. It also runs after a failed build, whose error shall be the one that is seen.
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        if (hasFailed) return;
        const files = builtFiles(outDir);
        const large = files
          .filter(({ eager }) => !eager)
          .map(({ path, bytes }) => ({ path, bytes }));
        const list = JSON.stringify(large);
        writeFileSync(join(outDir, LIST), list);
        const known = [...files, describe(LIST, Buffer.from(list))];
        const source = readFileSync(SOURCE, "utf8");
        const { code } = await transformWithOxc(source, SOURCE, { sourcemap: false });
        writeFileSync(join(outDir, WORKER), scriptOf(known, code));
      },
    },
  };
}

/** A classic script: not every browser takes a module for a service worker. */
export function scriptOf(files: readonly BuiltFile[], code: string): string {
  const listed = files.map(({ path, hash, eager }) => ({ path, hash, eager }));
  return `const SITE_FILES = ${JSON.stringify(listed)};\n${code.replace(/^export \{\};?$/m, "")}`;
}

/** Every file of a built site, by path. */
export function builtFiles(folder: string): BuiltFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      file,
      path: file
        .slice(folder.length + 1)
        .split(sep)
        .join("/"),
    }))
    .filter(({ path }) => path !== WORKER && path !== LIST)
    .map(({ file, path }) => describe(path, readFileSync(file)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function describe(path: string, content: Buffer): BuiltFile {
  return {
    path: path === "index.html" ? "" : path,
    bytes: content.length,
    hash: createHash("sha256").update(content).digest("hex"),
    eager: !LARGE.some((folder) => path.startsWith(folder)),
  };
}
