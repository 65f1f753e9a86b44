import type { Digest } from "../core/annotation/pair";

/**
 * SHA-256 as browsers have it.
 * @throws Error where a page is served without TLS from another host than this one: browsers give it no cryptography.
 */
export const sha256: Digest = async (text) => {
  // The type says that it is always there.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) {
    throw new Error(
      "Labelling needs a secure page, to tell changed files from whole ones. Open this site by https:// or on localhost.",
    );
  }
  const hash = await subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
};
