import { deleteApiKey, getApiKey, putApiKey } from "../storage/api-keys";
import type { Database } from "../storage/db";
import { apiOf } from "./api-address";
import { decryptKey, encryptKey } from "./key-cipher";

/** A shorter passphrase is found by trying. */
export const SHORTEST_PASSPHRASE = 8;

/** API keys that the user asked to be remembered, encrypted, each for the address it was typed for. */
export class KeyRing {
  /** Addresses of APIs with a key, as `apiOf` writes them. */
  kept = $state.raw<readonly string[]>([]);

  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async load(): Promise<void> {
    this.kept = await this.#db.getAllKeys("apiKeys");
  }

  /** @throws RangeError for an address that is none, or a passphrase that is too short. */
  async remember(address: string, apiKey: string, passphrase: string): Promise<void> {
    const api = apiOf(address);
    if (api === null) throw new RangeError("Enter the address of the API first");
    if (passphrase.length < SHORTEST_PASSPHRASE) {
      throw new RangeError(`A passphrase has at least ${SHORTEST_PASSPHRASE} characters`);
    }
    await putApiKey(this.#db, await encryptKey(api, apiKey, passphrase));
    await this.load();
  }

  /** @throws PassphraseError for another passphrase; RangeError where no key is kept for the address. */
  async unlock(address: string, passphrase: string): Promise<string> {
    const api = apiOf(address);
    const encrypted = api === null ? null : await getApiKey(this.#db, api);
    if (encrypted === null) throw new RangeError("No key is kept for this address");
    return decryptKey(encrypted, passphrase);
  }

  async forget(address: string): Promise<void> {
    const api = apiOf(address);
    if (api !== null) await deleteApiKey(this.#db, api);
    await this.load();
  }

  isKept(address: string): boolean {
    const api = apiOf(address);
    return api !== null && this.kept.includes(api);
  }
}

/** Whether a browser encrypts: only where the page is served with TLS, or from this machine. */
export const canEncrypt = () => globalThis.crypto?.subtle !== undefined;
