import { expect, test } from "vitest";
import { LabelKeys } from "./label-keys.svelte";

const inMemory = () => {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
};
const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

test.each([
  [press("y"), "same"],
  [press("N"), "different"],
  [press("a"), "na"],
  [press("u"), "undo"],
  [press("z", { ctrlKey: true }), "undo"],
  [press("Z", { metaKey: true }), "undo"],
  [press("ArrowLeft"), "previous"],
  [press("?"), "help"],
  // AZERTY: the key that says A, wherever it lies.
  [press("a", { code: "KeyQ" }), "na"],
  // Russian and Greek layouts have no Latin letters: the key where Y lies.
  [press("н", { code: "KeyY" }), "same"],
  [press("υ", { code: "KeyY" }), "same"],
  [press("y", { ctrlKey: true }), null],
  [press("n", { altKey: true }), null],
  [press("Tab"), null],
  [press("x"), null],
] as const)("%j asks for %s", (event, action) => {
  expect(new LabelKeys(inMemory()).actionOf(event)).toBe(action);
});

test("a key that was changed is kept, and the old one does nothing any more", () => {
  const storage = inMemory();
  const keys = new LabelKeys(storage);
  expect(keys.assign("same", press("1"))).toBeNull();
  const again = new LabelKeys(storage);
  expect(again.actionOf(press("1"))).toBe("same");
  expect(again.actionOf(press("y"))).toBeNull();
  expect(again.isChanged).toBe(true);
  again.reset();
  expect(new LabelKeys(storage).actionOf(press("y"))).toBe("same");
});

test("a key that is taken or moves the focus is refused, with the reason", () => {
  const keys = new LabelKeys(inMemory());
  expect(keys.assign("same", press("N"))).toContain("N is taken");
  for (const key of ["Tab", "Enter", " ", "Escape"]) {
    expect(keys.assign("same", press(key))).toContain("other than Tab");
  }
  expect(keys.assign("same", press("y"))).toBeNull(); // its own
  expect(keys.isChanged).toBe(false);
});

test.each(['{"same":"y"}', "{", "null", '{"same":1}'])(
  "stored keys %s that are not whole are not used",
  (json) => {
    const storage = { getItem: () => json, setItem: () => {} };
    expect(new LabelKeys(storage).actionOf(press("n"))).toBe("different");
  },
);
