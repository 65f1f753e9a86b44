import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";

/** A file of the site: copied from a path on disk, or written as it is. */
export type StaticFile = { readonly from: string } | { readonly text: string };

export interface StaticAssets {
  readonly name: string;
  /** Folder of the site, below its base: "encoder". */
  readonly folder: string;
  /** By file name within the folder. */
  readonly files: Readonly<Record<string, StaticFile>>;
}

const mediaTypes: Readonly<Record<string, string>> = {
  js: "text/javascript",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm", // or the browser refuses to compile it while it loads
};

/**
 * Files of installed packages as static files of the site, without a copy in the repository: served from
 * node_modules while developing, copied beside the bundle by a build, so `vite preview` and any host have them.
 */
export function staticAssets({ name, folder, files }: StaticAssets): Plugin {
  let outDir = "";
  let base = "/";
  return {
    name,
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
      base = config.base;
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? "/", "http://localhost");
        const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname.slice(1);
        const fileName = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : "";
        if (!Object.hasOwn(files, fileName)) return next();
        contentOf(files[fileName]!).then((content) => {
          const extension = fileName.split(".").at(-1)!;
          const type = mediaTypes[extension] ?? "application/octet-stream";
          response.setHeader("Content-Type", type);
          response.end(content);
        }, next);
      });
    },
    async writeBundle() {
      const target = join(outDir, folder);
      await mkdir(target, { recursive: true });
      await Promise.all(
        Object.entries(files).map(([fileName, file]) =>
          "from" in file
            ? cp(file.from, join(target, fileName))
            : writeFile(join(target, fileName), file.text),
        ),
      );
    },
  };
}

async function contentOf(file: StaticFile): Promise<string | Uint8Array> {
  return "from" in file ? readFile(file.from) : file.text;
}
