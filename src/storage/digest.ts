import type { ByteDigest } from "../core/format/project/manifest";
import { Sha256 } from "../core/sha256";

/** SHA-256 in lower-case hex: the browser's, and on a page without TLS, which is given none, our own. */
export const sha256OfBytes: ByteDigest = async (bytes) => {
  // The type says that it is always there.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return new Sha256().update(bytes).hex();
  const hash = await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
};
