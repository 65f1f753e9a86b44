/** The corpora that come with Steadfast, each a file of public/demo/. */
import type { Corpus } from "./corpus";
import { importDemoQuestions } from "./demo-questions";

export const BUILT_IN_FILES: Readonly<Record<string, string>> = {
  demo: "demo_questions.json",
  "everyday-ethics": "everyday_ethics.json",
};

/** @throws InputError if the file is not what it should be. */
export function readBuiltIn(id: string, json: string): Corpus {
  const recordedModel = "imagined aligned model (recorded)";
  return { ...importDemoQuestions(json, BUILT_IN_FILES[id]!, recordedModel), name: id };
}
