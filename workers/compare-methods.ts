/** Compares methods in a thread of its own: the encoder takes a while over the answers of many runs. */
import { measureRun } from "../src/core/compare/measure-run";
import { compareMethods, type MethodRun } from "../src/core/compare/methods";
import { BUILT_IN_ENCODER } from "../src/core/encode/encoder";
import type { CompareMethodsContract } from "../src/protocol/compare-methods";
import { serve } from "../src/protocol/rpc";
import { EncoderWorker } from "./encoder-client";

// The DOM's types take `self` for a window.
serve<CompareMethodsContract>(self as unknown as Pick<Worker, "addEventListener" | "postMessage">, {
  async compare({ runs, options, assets }, { signal, progress }) {
    // Only the built-in one is ever loaded, so the address is asked for nothing.
    const choice = { encoder: BUILT_IN_ENCODER, encoderHost: "" };
    const encoder = await new EncoderWorker(assets).load(choice, signal);
    const measured: MethodRun[] = [];
    for (const run of runs) {
      measured.push(await measureRun(run, encoder, { signal }));
      progress({ done: measured.length, total: runs.length });
    }
    const { name, revision } = encoder;
    return { encoder: { name, revision }, results: compareMethods(measured, options) };
  },
});
