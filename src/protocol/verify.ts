import type { Check } from "../core/format/report-page/verify";
import type { AssetUrls } from "./study";

/** What the verifying worker can be asked; workers/verify.ts answers. */
export type VerifyContract = {
  /** Computes a report page's tables again. Refused with an InputError if the file is no report page. */
  verify: {
    params: { page: string; file: string; steadfast: string; assets: AssetUrls };
    progress: never;
    result: readonly Check[];
  };
};
