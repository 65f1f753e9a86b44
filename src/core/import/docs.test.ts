import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sourceOf } from "../../../tests/import/source";
import { exportOriginal } from "./export";
import { FORMATS } from "./formats";
import { readImport } from "./import";

const EXAMPLE = /^```(\w+) ([\w-]+): (.*)\n([^]*?)^```$/gm;
const examples = [...readFileSync("docs/data.md", "utf8").matchAll(EXAMPLE)].map(
  ([, ending, format, counts, text]) => [format!, ending!, counts!, text!] as const,
);

describe("the examples of docs/data.md", () => {
  test("there is one of every format", () => {
    expect(examples.map(([format]) => format).sort()).toEqual(FORMATS.map(([name]) => name).sort());
  });

  test.each(examples)(
    "%s is read as it says, and comes back",
    async (format, ending, told, text) => {
      const as = format === "questions" ? format : null; // the one that is never guessed
      const imported = await readImport(sourceOf(`example.${ending}`, text), { as });
      expect(imported).toMatchObject({ format, rejected: [], problem: null });
      const counts = Object.fromEntries(
        told.split(", ").map((part) => part.split(" ").reverse() as [string, string]),
      );
      for (const [what, n] of Object.entries(counts)) {
        expect([what, imported.counts[what as keyof typeof imported.counts]]).toEqual([
          what,
          Number(n),
        ]);
      }
      const again = await readImport(
        sourceOf(`example.${ending}`, exportOriginal(imported.corpus).text),
        { as },
      );
      expect(again.corpus).toEqual(imported.corpus);
    },
  );
});
