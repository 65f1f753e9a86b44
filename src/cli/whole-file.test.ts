import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeAllWhole } from "./whole-file";

async function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "whole-"));
}

test("files are written together, over what was there", async () => {
  const at = await folder();
  await writeFile(join(at, "a"), "old");
  await writeAllWhole({ [join(at, "a")]: "new", [join(at, "b")]: "other" });
  expect(await readFile(join(at, "a"), "utf8")).toBe("new");
  expect((await readdir(at)).toSorted()).toEqual(["a", "b"]);
});

test.each([
  ["in a folder that is not there", "none/b", /ENOENT/],
  ["named as a folder is", "folder", /is a folder; name a file/],
])("where one is %s, what was there stays, and nothing is left over", async (_, name, reason) => {
  const at = await folder();
  await mkdir(join(at, "folder"));
  await writeFile(join(at, "a"), "old");
  const written = writeAllWhole({ [join(at, "a")]: "new", [join(at, name)]: "other" });
  await expect(written).rejects.toThrow(reason);
  expect(await readFile(join(at, "a"), "utf8")).toBe("old");
  expect((await readdir(at)).toSorted()).toEqual(["a", "folder"]);
});
