import { expect, test } from "vitest";
import { GLOSSARY } from "./glossary";

test("every word stands once, in the order of the alphabet, and is explained in sentences", () => {
  const words = GLOSSARY.map(({ word }) => word);
  expect(words).toEqual([...new Set(words)].sort((a, b) => a.localeCompare(b, "en")));
  for (const { word, meaning } of GLOSSARY) expect(meaning, word).toMatch(/^[A-Z0-9].+\.$/);
});
