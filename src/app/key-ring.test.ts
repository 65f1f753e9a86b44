import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { openDatabase } from "../storage/db";
import { EVERYTHING, projectItems, wipe } from "../storage/project";
import { apiOf } from "./api-address";
import { decryptKey, encryptKey } from "./key-cipher";
import { KeyRing } from "./key-ring.svelte";

const [api, key, passphrase] = ["https://api.example/v1", "sk-canary-51", "correct horse"];

test("promise 8: a remembered key opens with its passphrase and no other, and is forgotten when asked", async () => {
  const db = await openDatabase({ name: "key-ring" });
  const ring = new KeyRing(db);
  await ring.remember(`${api}/`, key, passphrase);
  expect(ring.isKept(api)).toBe(true);
  expect(ring.isKept("https://api.example/v2")).toBe(false);
  expect(await ring.unlock(api, passphrase)).toBe(key);
  await expect(ring.unlock(api, "wrong horse")).rejects.toThrow("is not the one");
  await expect(ring.unlock("https://elsewhere/v1", passphrase)).rejects.toThrow("No key is kept");
  await ring.forget(api);
  expect(ring.isKept(api)).toBe(false);
  expect(await db.count("apiKeys")).toBe(0);
});

test("promise 8: what is stored of a key is its cipher, of 600,000 rounds, with a new salt and iv each time", async () => {
  const rows = [await encryptKey(api, key, passphrase), await encryptKey(api, key, passphrase)];
  for (const { iterations, salt, iv, cipher } of rows) {
    expect(iterations).toBeGreaterThanOrEqual(600_000);
    expect([salt.length, iv.length]).toEqual([16, 12]);
    expect(Buffer.from(cipher).toString("latin1")).not.toContain("canary");
  }
  const text = ({ salt, iv, cipher }: (typeof rows)[0]) =>
    [salt, iv, new Uint8Array(cipher)].map((bytes) => bytes.join());
  const [a, b] = rows.map(text);
  a!.forEach((part, i) => expect(part).not.toBe(b![i]));
});

test("a row that was moved to another address, changed or weakened does not open", async () => {
  const row = await encryptKey(api, key, passphrase);
  const changed = new Uint8Array(row.cipher.slice(0));
  changed[0]! ^= 1;
  for (const forged of [
    { ...row, api: "https://elsewhere/v1" },
    { ...row, cipher: changed.buffer },
    { ...row, iterations: 1 },
    { ...row, iterations: 1e12 },
  ]) {
    await expect(decryptKey(forged, passphrase)).rejects.toThrow("is not the one");
  }
});

test("promise 8: a backup holds no key, and deleting everything deletes it", async () => {
  const db = await openDatabase({ name: "key-backup" });
  await new KeyRing(db).remember(api, key, passphrase);
  const items: unknown[] = [];
  for await (const item of projectItems(db, EVERYTHING)) items.push(item);
  expect(items).toEqual([]);
  await wipe(db);
  expect(await db.count("apiKeys")).toBe(0);
});

test("a short passphrase, an address with a password and one that is none are refused", async () => {
  const ring = new KeyRing(await openDatabase({ name: "key-refused" }));
  await expect(ring.remember(api, key, "short")).rejects.toThrow("at least 8");
  for (const address of ["https://u:p@host/v1", "localhost", "file:///v1", ""]) {
    expect(apiOf(address)).toBeNull();
    await expect(ring.remember(address, key, passphrase)).rejects.toThrow("address");
  }
});
