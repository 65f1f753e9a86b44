import { createHash } from "node:crypto";
import type { ByteDigest } from "../core/format/project/manifest";

/** SHA-256 in hexadecimal digits. */
export const sha256: ByteDigest = async (bytes) => createHash("sha256").update(bytes).digest("hex");
