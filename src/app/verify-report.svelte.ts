import { version } from "../../package.json";
import type { Check } from "../core/format/report-page/verify";
import { messageOf } from "../core/message-of";
import type { AssetUrls } from "../protocol/study";
import type { VerifyWorker } from "./workers";

export type Verification =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly file: string }
  | { readonly kind: "done"; readonly file: string; readonly checks: readonly Check[] }
  | { readonly kind: "failed"; readonly file: string; readonly message: string };

/** Computes the tables of a report page again and says where they differ. */
export class VerifyReport {
  status = $state.raw<Verification>({ kind: "idle" });

  readonly #startWorker: () => VerifyWorker;
  readonly #assets: AssetUrls;

  constructor(startWorker: () => VerifyWorker, assets: AssetUrls) {
    this.#startWorker = startWorker;
    this.#assets = assets;
  }

  /** One file at a time; does nothing while another is being verified. */
  async verify(file: File): Promise<void> {
    if (this.status.kind === "running") return;
    this.status = { kind: "running", file: file.name };
    const worker = this.#startWorker();
    try {
      const params = {
        page: await file.text(),
        file: file.name,
        steadfast: version,
        assets: this.#assets,
      };
      const checks = await worker.client.call("verify", params);
      this.status = { kind: "done", file: file.name, checks };
    } catch (error) {
      this.status = { kind: "failed", file: file.name, message: messageOf(error) };
    } finally {
      worker.terminate();
    }
  }
}
