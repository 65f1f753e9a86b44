/** Databases of every shipped version, migrated by the built page in this browser, and a migration that is killed. */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Page, chromium, expect, test } from "@playwright/test";
import { chromium as chromiumPath } from "../../scripts/chromium.js";
import { migrations } from "../../src/storage/db";
import { open, site } from "./site";

const KILLS = Number(process.env["STEADFAST_KILLS"] ?? 5);
const FOLDER = "tests/fixtures/databases";
/** Of a session, an event a row as in version 2: some seconds of work to migrate. */
const ROWS = 40_000;
/** Sum of the events' item numbers, of these rows and of the fixture's three: that each is there once. */
const ITEMS = (ROWS * (ROWS - 1)) / 2 + 3;

interface Store {
  readonly name: string;
  readonly keyPath: string | string[];
  readonly autoIncrement: boolean;
  readonly indexes: readonly { readonly name: string; readonly keyPath: string | string[] }[];
  readonly rows: readonly Record<string, unknown>[];
}
interface Stored {
  readonly version: number;
  readonly stores: readonly Store[];
}

const fixtureOf = (version: number) =>
  JSON.parse(readFileSync(join(FOLDER, `v${version}.json`), "utf8")) as Stored;

/** A page of the site that opens no database itself. */
const quietPage = (page: Page) => page.goto(`${site}demo/demo_questions.json`);

/** Makes the database by the browser's own means, past the app's code. */
async function seed(page: Page, stored: Stored, moreSessions = 0): Promise<void> {
  await quietPage(page);
  await page.evaluate(
    ([{ version, stores }, more]) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open("steadfast", version);
        request.onupgradeneeded = () => {
          for (const { name, keyPath, autoIncrement, indexes, rows } of stores) {
            const store = request.result.createObjectStore(name, { keyPath, autoIncrement });
            for (const index of indexes) store.createIndex(index.name, index.keyPath);
            for (const row of rows) store.put(row);
            for (let i = 0; name === "sessions" && i < more; i++) {
              const event = { kind: "label", item: i, label: "Y", at: i };
              store.put({ taskId: "t1", kind: "person", name: "Bea", part: 0, event });
            }
          }
        };
        request.onerror = () => reject(new Error(request.error?.message));
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
    [stored, moreSessions] as const,
  );
}

/** The whole database as it lies there. */
function dump(page: Page): Promise<Stored> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(request.error?.message));
      });
    const db = await done(indexedDB.open("steadfast"));
    const stores = [];
    for (const name of db.objectStoreNames) {
      const store = db.transaction(name).objectStore(name);
      const indexes = [...store.indexNames].map((index) => ({
        name: index,
        keyPath: store.index(index).keyPath,
      }));
      const { keyPath, autoIncrement } = store;
      const rows = (await done(store.getAll())) as Record<string, unknown>[];
      stores.push({ name, keyPath: keyPath!, autoIncrement, indexes, rows });
    }
    db.close();
    return { version: db.version, stores };
  });
}

/**
 * The rows of the sessions by their shape: with a single event, as up to version 2, or with a list of one.
 * Counted in the page: so many rows are slow to hand over. Null where the browser has no such database.
 */
function tallySessions(page: Page) {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(request.error?.message));
      });
    interface Row {
      readonly event?: { readonly item: number };
      readonly events?: readonly { readonly item: number }[];
    }
    const db = await done(indexedDB.open("steadfast"));
    if (db.objectStoreNames.length === 0) {
      db.close();
      await done(indexedDB.deleteDatabase("steadfast"));
      return null;
    }
    const rows = (await done(db.transaction("sessions").objectStore("sessions").getAll())) as Row[];
    db.close();
    const single = rows.filter(({ event, events }) => event && !events);
    const listed = rows.filter(({ event, events }) => events?.length === 1 && !event);
    const items = [...single.map(({ event }) => event!), ...listed.map(({ events }) => events![0]!)]
      .map(({ item }) => item)
      .reduce((sum, item) => sum + item, 0);
    return { version: db.version, single: single.length, listed: listed.length, items };
  });
}

const structureOf = ({ version, stores }: Stored) => ({
  version,
  stores: stores.map(({ name, keyPath, autoIncrement, indexes }) => ({
    name,
    keyPath,
    autoIncrement,
    indexes,
  })),
});

test("there is a fixture of every version", () => {
  const versions = migrations.map((_, i) => `v${i + 1}.json`);
  expect(readdirSync(FOLDER).sort()).toEqual(versions.sort());
});

for (const version of migrations.map((_, i) => i + 1)) {
  test(`promise 6: a database of version ${version} is migrated by the page, and keeps its rows`, async ({
    page,
    browser,
  }) => {
    const fixture = fixtureOf(version);
    await seed(page, fixture);
    await open(page, "#/setup");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await quietPage(page);
    const migrated = await dump(page);

    const fresh = await (await browser.newContext()).newPage();
    await open(fresh, "#/setup");
    await expect(fresh.getByRole("heading", { level: 1 })).toBeVisible();
    expect(structureOf(migrated)).toEqual(structureOf(await dump(fresh)));
    await fresh.context().close();
    for (const { name, rows } of fixture.stores) {
      const expected = rows.map(({ event, ...row }) =>
        event === undefined ? row : { ...row, events: [event] },
      );
      expect(migrated.stores.find((store) => store.name === name)!.rows).toEqual(expected);
    }
  });
}

test(`promise 6: a migration of ${ROWS} rows that is killed ${KILLS} times starts again and ends whole`, async () => {
  test.setTimeout(120_000 + 20_000 * KILLS);
  const folder = await mkdtemp(join(tmpdir(), "steadfast-migration-"));
  const launch = async () => {
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: chromiumPath(),
      args: ["--no-sandbox"],
    });
    return { context, page: context.pages()[0]! };
  };
  try {
    let { context, page } = await launch();
    await seed(page, fixtureOf(2), ROWS);
    let [killedHalfWay, lostByBrowser] = [0, 0];
    for (let kill = 0; kill < KILLS; kill++) {
      const opened = page.goto(`${site}#/setup`).catch(() => {}); // the browser goes away
      await opened;
      await sleep(100 + ((137 * (kill + 1)) % 600));
      const ready = await page.getByRole("heading", { level: 1 }).isVisible();
      if (!ready) killedHalfWay++;
      const closed = new Promise<void>((resolve) => context.once("close", () => resolve()));
      process.kill(await mainPid(folder), "SIGKILL");
      await closed;
      ({ context, page } = await launch());
      await quietPage(page);
      const stored = await tallySessions(page);
      if (stored === null) {
        // Killed, Chromium now and then drops a database whole, whatever was under way; the app can only say so then.
        lostByBrowser++;
        await seed(page, fixtureOf(2), ROWS);
        continue;
      }
      // All of the one shape or all of the other, never some of each.
      expect([
        { version: 2, single: ROWS + 3, listed: 0, items: ITEMS },
        { version: migrations.length, single: 0, listed: ROWS + 3, items: ITEMS },
      ]).toContainEqual(stored);
    }
    console.log(
      `${killedHalfWay} of ${KILLS} kills came before the page was there; the browser lost the database in ${lostByBrowser}`,
    );
    expect(lostByBrowser).toBeLessThan(KILLS / 2);
    expect(killedHalfWay).toBeGreaterThan(0);
    await page.goto(`${site}#/setup`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible({ timeout: 60_000 });
    await quietPage(page);
    expect(await tallySessions(page)).toEqual({
      version: migrations.length,
      single: 0,
      listed: ROWS + 3,
      items: ITEMS,
    });
    await context.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** The browser's main process: its profile's lock is a link to "host-pid". */
async function mainPid(folder: string): Promise<number> {
  return Number((await readlink(join(folder, "SingletonLock"))).split("-").at(-1));
}
