import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { adapterOf, isAdapter } from "./adapter-picker";

const folder = "tests/fixtures/golden/tiny-adapter";
const NAMES = ["adapter_config.json", "adapter_model.safetensors"];
const contents = NAMES.map((name) => new Uint8Array(readFileSync(`${folder}/${name}`)));
const picked = (...names: string[]) =>
  names.map((name) => ({ name, file: new File([contents[NAMES.indexOf(name)] ?? ""], name) }));
const zip = (files: Record<string, Uint8Array>) => {
  const file = new File([new Uint8Array(zipSync(files))], "ours.zip");
  return { name: "model", files: [{ name: file.name, file }] };
};

test("PEFT's two files and a zip are an adapter; a model's folder is none, even with an adapter's file in it", () => {
  expect(isAdapter({ name: "x", files: picked(...NAMES) })).toBe(true);
  expect(isAdapter(zip({}))).toBe(true);
  expect(isAdapter({ name: "x", files: picked("config.json", ...NAMES) })).toBe(false);
  expect(isAdapter({ name: "x", files: picked("model.safetensors") })).toBe(false);
});

test("from a zip come the two files, byte for byte, wherever in it they lie", async () => {
  const files = Object.fromEntries(NAMES.map((name, i) => [`run/${name}`, contents[i]!]));
  const adapter = await adapterOf(zip({ "README.md": new Uint8Array(9), ...files }));
  expect(adapter.name).toBe("ours");
  expect(adapter.files.map(({ name }) => name)).toEqual(NAMES);
  for (const [i, { file }] of adapter.files.entries()) {
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(contents[i]);
  }
});

test("loose files are called an adapter; what is missing is named, and so is a zip that is none", async () => {
  const loose = { name: "model", files: picked(...NAMES, "README.md") };
  expect(await adapterOf(loose)).toMatchObject({ name: "adapter", files: { length: 2 } });
  await expect(adapterOf({ name: "model", files: picked(NAMES[0]!) })).rejects.toThrow(
    "what was chosen has no adapter_model.safetensors",
  );
  await expect(adapterOf(zip({ [NAMES[1]!]: contents[1]! }))).rejects.toThrow(
    "ours.zip has no adapter_config.json",
  );
  const broken = new File(["no zip"], "ours.zip");
  await expect(
    adapterOf({ name: "model", files: [{ name: "ours.zip", file: broken }] }),
  ).rejects.toThrow("it is no zip, or is cut short");
});
