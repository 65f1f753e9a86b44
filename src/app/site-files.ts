/** The site's own large files, and which of them the service worker has kept. */

const CACHE = "steadfast-files"; // as in workers/service-worker.ts

/** A file that is fetched when it is first needed. */
export interface LargeFile {
  /** Relative to the page's folder. */
  readonly path: string;
  readonly bytes: number;
}

export class SiteFiles {
  readonly #base: string;

  /** @param base  address of the page. */
  constructor(base: string) {
    this.#base = base;
  }

  get serviceWorker(): string {
    return new URL("service-worker.js", this.#base).href;
  }

  async large(): Promise<readonly LargeFile[]> {
    return (await (await this.#fetch("offline.json")).json()) as readonly LargeFile[];
  }

  async kept(): Promise<ReadonlySet<string>> {
    const keys = await (await caches.open(CACHE)).keys();
    const { length } = new URL(".", this.#base).pathname;
    return new Set(keys.map(({ url }) => decodeURIComponent(new URL(url).pathname.slice(length))));
  }

  /** Fetches a file, which the service worker keeps as it passes. @throws Error if it is not there. */
  async keep(path: string): Promise<void> {
    await (await this.#fetch(path)).arrayBuffer();
  }

  async #fetch(path: string): Promise<Response> {
    const response = await fetch(new URL(path, this.#base));
    if (!response.ok) throw new Error(`${path} was not found (${response.status})`);
    return response;
  }
}
