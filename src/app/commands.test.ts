import { expect, test } from "vitest";
import { type Command, matchCommands } from "./commands";

const command = (title: string, group: Command["group"] = "Go to"): Command => ({
  ...{ id: title, title, group },
  act: () => {},
});
const all = [
  command("Study"),
  command("Map of questions"),
  command("Example study"),
  command("Quick run of the demo study", "Do"),
  command("Understudy", "Run"),
];
const titles = (typed: string, limit = 9) =>
  matchCommands(all, typed, limit).map(({ title }) => title);

test("titles that begin with what was typed come first, then those with a word that does, then the rest", () => {
  expect(titles("study")).toEqual(["Study", "Example study", "Quick run of the demo study", "Understudy"]); // prettier-ignore
});

test("every word has to be there, in any order; the group counts as a word", () => {
  expect(titles("demo quick")).toEqual(["Quick run of the demo study"]);
  expect(titles("run under")).toEqual(["Understudy"]);
  expect(titles("nothing like it")).toEqual([]);
});

test("with nothing typed the first are shown in their order", () => {
  expect(titles("", 2)).toEqual(["Study", "Map of questions"]);
});
