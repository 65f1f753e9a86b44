import type { Digest } from "../core/annotation/pair";
import type { ByteDigest } from "../core/format/project/manifest";

/**
 * SHA-256 as browsers have it, in lower-case hex.
 * @throws Error where a page is served without TLS from another host than this one: browsers give it no cryptography.
 */
export const sha256OfBytes: ByteDigest = async (bytes) => {
  // The type says that it is always there.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) {
    throw new Error(
      "This needs a secure page, to tell changed files from whole ones. Open this site by https:// or on localhost.",
    );
  }
  const hash = await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

export const sha256: Digest = (text) => sha256OfBytes(new TextEncoder().encode(text));
