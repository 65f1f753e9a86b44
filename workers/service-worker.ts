/**
 * Serves the site's own files without a network: the page's when it is installed, large ones once they were asked for.
 * Built by vite-plugins/service-worker.ts, which puts the list of files before it. It answers for no other address, and
 * a new one waits until the page says so.
 */

/** A file of the site. `path` is relative to the page's folder; "" is the page itself. */
interface SiteFile {
  readonly path: string;
  /** SHA-256 in hex, of the content. */
  readonly hash: string;
  /** Whether it is fetched when the worker is installed, or when it is first asked for. */
  readonly eager: boolean;
}
declare const SITE_FILES: readonly SiteFile[];

/** What TypeScript's DOM does not know. */
interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface AskedEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(kind: "install" | "activate", heard: (event: LifeEvent) => void): void;
  addEventListener(kind: "fetch", heard: (event: AskedEvent) => void): void;
  addEventListener(kind: "message", heard: (event: MessageEvent) => void): void;
}

const scope = self as unknown as Scope;
const CACHE = "steadfast-files";
const folder = new URL("./", location.href);
const files = new Map(SITE_FILES.map((file) => [file.path, file]));
/** Content has a key of its own: what a new version did not change is not fetched again. */
const keyOf = ({ path, hash }: SiteFile) => new URL(`${path}?sha256=${hash}`, folder).href;

scope.addEventListener("install", (event) => {
  event.waitUntil(
    Promise.all(SITE_FILES.filter(({ eager }) => eager).map((file) => contentOf(file))),
  );
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => scope.clients.claim()));
});

scope.addEventListener("message", ({ data }) => {
  if (data === "take over") void scope.skipWaiting();
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== folder.origin) return;
  if (!pathname.startsWith(folder.pathname)) return;
  const path = decodeURIComponent(pathname.slice(folder.pathname.length));
  const file = files.get(path === "index.html" ? "" : path);
  if (file) event.respondWith(contentOf(file));
});

/** From the cache, or from the network into it. */
async function contentOf(file: SiteFile): Promise<Response> {
  const cache = await caches.open(CACHE);
  const key = keyOf(file);
  const known = await cache.match(key, { ignoreVary: true });
  if (known) return known;
  const response = await fetch(new URL(file.path, folder), { cache: "no-cache" });
  if (!response.ok) return response;
  const content = await response.clone().arrayBuffer();
  if ((await sha256(content)) === file.hash) {
    await cache.put(key, response.clone()).catch(() => {}); // no room: it is served from the network
    return response;
  }
  // The host has another version by now. Half of one and half of the other would not work.
  if (file.eager) throw new Error(`${file.path} is of another version`);
  return response;
}

/** Deletes what this version has not. */
async function tidy(): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set(SITE_FILES.map(keyOf));
  const keys = await cache.keys();
  await Promise.all(keys.filter(({ url }) => !wanted.has(url)).map((key) => cache.delete(key)));
}

async function sha256(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export {};
