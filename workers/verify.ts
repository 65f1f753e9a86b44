/** Verifies report pages in a thread of its own: the encoder takes a while over the answers of a large study. */
import { BUILT_IN_ENCODER, type Encoder } from "../src/core/encode/encoder";
import { readReportPage } from "../src/core/format/report-page/page";
import { verifyReportPage } from "../src/core/format/report-page/verify";
import { Sha256 } from "../src/core/sha256";
import { serve } from "../src/protocol/rpc";
import type { AssetUrls } from "../src/protocol/study";
import type { VerifyContract } from "../src/protocol/verify";
import { EncoderWorker } from "./encoder-client";

// The DOM's types take `self` for a window.
serve<VerifyContract>(self as unknown as Pick<Worker, "addEventListener" | "postMessage">, {
  async verify({ page, file, steadfast, assets }, { signal }) {
    const { encoder: name, encoderHost } = readReportPage(page, file).report.config;
    // Only the built-in one: a file from anyone must not make this browser ask an address that the file names.
    const encoder =
      name === BUILT_IN_ENCODER ? await loadEncoder(assets, encoderHost, signal) : null;
    const digest = async (bytes: Uint8Array) => new Sha256().update(bytes).hex();
    return verifyReportPage(page, file, { digest, encoder, steadfast, signal });
  },
});

function loadEncoder(
  assets: AssetUrls,
  encoderHost: string,
  signal: AbortSignal,
): Promise<Encoder> {
  return new EncoderWorker(assets).load({ encoder: BUILT_IN_ENCODER, encoderHost }, signal);
}
