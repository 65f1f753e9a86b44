import { messageOf } from "../core/message-of";
import { type LargeFile, SiteFiles } from "./site-files";
import type { Locks } from "./writer-lock";

const HOUR = 60 * 60 * 1000; // ms
/** Locks of what an update must not end: runs and labelling sessions, of whichever tab. */
const WORK = /^steadfast-(run|session)-/;

/** The page without a network: what is kept for it, and new versions of the page. */
export class OfflineState {
  /** "off": this browser or this address has no service workers or blocks them, or the page was not built. */
  status = $state.raw<"off" | "preparing" | "ready" | "failed">("preparing");
  problem = $state.raw<string | null>(null);
  /** A new version is here and waits to be used. */
  update = $state.raw(false);
  /** The new version is in use in another tab: this one is made of files that are gone. */
  superseded = $state.raw(false);
  /** Bytes of large files, and how many of them are kept; null before `load`. */
  large = $state.raw<{ readonly kept: number; readonly total: number } | null>(null);
  keeping = $state.raw(false);

  readonly #locks: Locks;
  readonly #files: SiteFiles;
  #registration: ServiceWorkerRegistration | null = null;
  #reloads = false;

  constructor(locks: Locks, base: string) {
    this.#locks = locks;
    this.#files = new SiteFiles(base);
  }

  /** Installs the service worker, which fetches the page's files. @param isBuilt  a page under development has none. */
  async start(isBuilt: boolean): Promise<void> {
    if (!isBuilt || !("serviceWorker" in navigator)) {
      this.status = "off";
      return;
    }
    const { serviceWorker } = navigator;
    const isFirst = serviceWorker.controller === null;
    let taken = isFirst;
    serviceWorker.addEventListener("controllerchange", () => {
      if (this.#reloads) location.reload();
      else if (taken)
        taken = false; // the first one takes the page that installed it
      else this.superseded = true;
    });
    try {
      const options = { updateViaCache: "none" } as const;
      await serviceWorker.register(this.#files.serviceWorker, options);
      // What blocks service workers (an extension, a test's browser) may let that pass and register nothing.
      this.#registration = (await serviceWorker.getRegistration()) ?? null;
      if (this.#registration === null) {
        this.status = "off";
        return;
      }
      this.#follow(this.#registration);
      await serviceWorker.ready;
      this.status = "ready";
    } catch (error) {
      this.status = "failed";
      this.problem = messageOf(error);
    }
  }

  /** Reads how much of the large files is kept. */
  async load(): Promise<void> {
    if (this.status !== "ready") return;
    const files = await this.#files.large();
    const kept = await this.#files.kept();
    const bytes = (of: readonly LargeFile[]) => of.reduce((sum, file) => sum + file.bytes, 0);
    const have = files.filter(({ path }) => kept.has(path));
    this.large = { kept: bytes(have), total: bytes(files) };
  }

  /** Fetches the large files that are missing, so that studies run without a network. */
  async keepLarge(): Promise<void> {
    this.keeping = true;
    this.problem = null;
    try {
      const kept = await this.#files.kept();
      for (const { path } of await this.#files.large()) {
        if (kept.has(path)) continue;
        await this.#files.keep(path);
        await this.load();
      }
      if (this.large && this.large.kept < this.large.total) {
        throw new Error("the browser gave no room for all of them; free some, and try again");
      }
    } catch (error) {
      this.problem =
        error instanceof TypeError
          ? "the site is not reached. Try again when there is a network; what was kept stays."
          : messageOf(error);
    }
    this.keeping = false;
  }

  /** Reloads the page with the new version. @returns why not now: something goes on in a tab. */
  async applyUpdate(): Promise<string | null> {
    const held = (await this.#locks?.query())?.held ?? [];
    if (held.some(({ name }) => WORK.test(name ?? ""))) {
      return "A study runs or pairs are being labelled, here or in another tab. Finish or close that first.";
    }
    this.#reloads = true;
    this.#registration?.waiting?.postMessage("take over");
    return null;
  }

  #follow(registration: ServiceWorkerRegistration): void {
    const look = () => {
      if (registration.waiting && navigator.serviceWorker.controller) this.update = true;
    };
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", look);
    });
    look();
    setInterval(() => void registration.update().catch(() => {}), HOUR); // without a network: later
  }
}
