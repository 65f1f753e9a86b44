/**
 * An API key under a passphrase: AES-256-GCM, its key by PBKDF2-SHA-256. Salt and iv are new each time, and the API's
 * address is authenticated with it, so that a row moved to another address does not open.
 */
import type { EncryptedKey } from "../storage/api-keys";

/** OWASP's figure for PBKDF2-HMAC-SHA-256 (Password Storage Cheat Sheet, 2023). */
const ITERATIONS = 600_000;
/** What a row may ask for, or a forged one would hold up the page. */
const MOST_ITERATIONS = 10_000_000;

export class PassphraseError extends Error {
  override readonly name = "PassphraseError";
  constructor() {
    super("the passphrase is not the one that this key was kept with");
  }
}

export async function encryptKey(
  api: string,
  apiKey: string,
  passphrase: string,
): Promise<EncryptedKey> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await derive(passphrase, salt, ITERATIONS);
  const cipher = await crypto.subtle.encrypt(gcm(api, iv), key, new TextEncoder().encode(apiKey));
  return { api, iterations: ITERATIONS, salt, iv, cipher };
}

/** @throws PassphraseError for another passphrase, and where the row was changed. */
export async function decryptKey(
  { api, iterations, salt, iv, cipher }: EncryptedKey,
  passphrase: string,
): Promise<string> {
  if (!(iterations >= ITERATIONS && iterations <= MOST_ITERATIONS)) throw new PassphraseError();
  const key = await derive(passphrase, salt, iterations);
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt(gcm(api, iv), key, cipher));
  } catch {
    throw new PassphraseError();
  }
}

const gcm = (api: string, iv: Uint8Array<ArrayBuffer>) => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(api),
});

async function derive(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  const typed = new TextEncoder().encode(passphrase.normalize("NFC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  const aes = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(pbkdf2, base, aes, false, ["encrypt", "decrypt"]);
}
