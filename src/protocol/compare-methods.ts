import type { FinishedRun } from "../core/compare/measure-run";
import type { MethodResult } from "../core/compare/methods";
import type { BootstrapOptions } from "../core/statistics/bootstrap";
import type { AssetUrls } from "./study";

/** What the comparing worker can be asked; workers/compare-methods.ts answers. */
export type CompareMethodsContract = {
  /** Measures the runs by the built-in encoder, run by run, and holds their methods against one another. */
  compare: {
    params: {
      readonly runs: readonly FinishedRun[];
      readonly options: BootstrapOptions;
      readonly assets: AssetUrls;
    };
    progress: { readonly done: number; readonly total: number }; // runs
    result: {
      readonly encoder: { readonly name: string; readonly revision: string };
      readonly results: readonly MethodResult[];
    };
  };
};
