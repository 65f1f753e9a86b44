/** API keys that the user asked to be remembered: encrypted, one an API. Never part of a backup. */
import type { Database } from "./db";
import { write } from "./write";

/** A key under a passphrase: AES-GCM, and PBKDF2-SHA-256 for the key of the cipher. */
export interface EncryptedKey {
  /** Origin and path of the API that the key is for. */
  readonly api: string;
  readonly iterations: number;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly cipher: ArrayBuffer;
}

/** In place of one kept for the same API. */
export async function putApiKey(db: Database, key: EncryptedKey): Promise<void> {
  await write(db, ["apiKeys"], (tx) => tx.objectStore("apiKeys").put(key), key);
}

export async function getApiKey(db: Database, api: string): Promise<EncryptedKey | null> {
  return (await db.get("apiKeys", api)) ?? null;
}

export async function deleteApiKey(db: Database, api: string): Promise<void> {
  await write(db, ["apiKeys"], (tx) => tx.objectStore("apiKeys").delete(api));
}
