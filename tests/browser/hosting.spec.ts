/** The built site behind nginx, as deploy/nginx.conf sets it up. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { freePort } from "./free-port";

const NGINX = "/usr/sbin/nginx";

test("the site works behind nginx, isolated, with the headers that docs/hosting.md promises", async ({
  page,
  request,
}) => {
  test.skip(!existsSync(NGINX), "nginx is not installed: apt-get install nginx-light");
  const folder = await mkdtemp(join(tmpdir(), "steadfast-nginx-"));
  const port = await freePort();
  await cp("dist", join(folder, "site"), { recursive: true });
  await mkdir(join(folder, "temp"));
  await chmod(folder, 0o755); // nginx reads as another user
  const server = (await readFile("deploy/nginx.conf", "utf8"))
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replaceAll("/var/www/steadfast", join(folder, "site"));
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/temp/${kind};`)
    .join(" ");
  const http = `include /etc/nginx/mime.types; access_log off; ${temp}\n${server}`;
  const config = join(folder, "nginx.conf");
  await writeFile(config, `pid ${folder}/pid; daemon off; events {}\nhttp { ${http} }`);
  const nginx = spawn(NGINX, ["-c", config, "-e", resolve(folder, "error.log")]);
  const site = `http://127.0.0.1:${port}/`;
  try {
    const isUp = () =>
      request
        .get(site)
        .then((response) => response.ok())
        .catch(() => false);
    await expect.poll(isUp).toBe(true);
    const script = readdirSync("dist/assets").find((name) => name.endsWith(".js"))!;
    for (const path of ["", "service-worker.js", "manifest.webmanifest", `assets/${script}`]) {
      const response = await request.get(site + path);
      expect(response.ok(), path).toBe(true);
      const isAsset = path.startsWith("assets/");
      expect(response.headers(), path).toMatchObject({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "content-security-policy": "frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": isAsset ? "public, max-age=31536000, immutable" : "no-cache",
      });
    }
    const typeOf = async (path: string) =>
      (await request.get(site + path)).headers()["content-type"];
    const wasm = readdirSync("dist/wasm").find((name) => name.endsWith(".wasm"))!;
    expect(await typeOf(`wasm/${wasm}`)).toBe("application/wasm");
    expect(await typeOf("manifest.webmanifest")).toBe("application/manifest+json");
    expect((await request.get(`${site}nothing-here`)).status()).toBe(404);

    await page.goto(`${site}#/setup`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  } finally {
    nginx.kill();
    await once(nginx, "exit");
    await rm(folder, { recursive: true });
  }
});
