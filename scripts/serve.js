/** Serves a folder below a base path, as a plain static host would: `node scripts/serve.js FOLDER PORT /base/path/`. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
  ".wasm": "application/wasm",
};

const [folder, port, base] = process.argv.slice(2);

createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const inside = decodeURIComponent(pathname).startsWith(base);
  const name = normalize(decodeURIComponent(pathname).slice(base.length) || "index.html");
  const path = join(folder, name);
  const isFile =
    inside && !name.startsWith("..") && statSync(path, { throwIfNoEntry: false })?.isFile();
  if (!isFile) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
}).listen(Number(port), "127.0.0.1");
