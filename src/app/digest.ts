import type { Digest } from "../core/annotation/pair";
import { sha256OfBytes } from "../storage/digest";

/** SHA-256 of a text in UTF-8, in lower-case hex. */
export const sha256: Digest = (text) => sha256OfBytes(new TextEncoder().encode(text));
