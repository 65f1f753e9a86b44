/** What can be done from anywhere, by name: pages, runs, questions of the run shown, and acts. */
import { EXAMPLE_ID } from "./example.svelte";
import { type Route, hrefOf } from "./route.svelte";
import type { Steadfast } from "./steadfast.svelte";
import { THEMES } from "./theme.svelte";

export interface Command {
  readonly id: string;
  readonly title: string;
  /** What kind of thing it is, for the eye. */
  readonly group: "Go to" | "Run" | "Question" | "Do";
  readonly act: () => void;
}

const PLACES: readonly (readonly [title: string, route: Route])[] = [
  ["What is measured", { page: "home" }],
  ["Study", { page: "study", runId: null }],
  ["Example study (recorded)", { page: "study", runId: EXAMPLE_ID }],
  ["Corpus", { page: "corpus", corpusId: null }],
  ["Set-up", { page: "setup" }],
  ["Runs", { page: "runs" }],
  ["Compare two models", { page: "compare", before: null, after: null }],
  ["Compare methods of training", { page: "methods" }],
  ["Label", { page: "label", taskId: null, rater: null }],
  ["Agreement", { page: "agreement", taskId: null }],
  ["Storage and backup", { page: "storage" }],
  ["Self-test", { page: "self-test" }],
];

// @wc-include
const THEME_TITLES = { system: "as the system", light: "light", dark: "dark" } as const;

export function commandsOf(app: Steadfast, openHelp: () => void): Command[] {
  const to = (group: Command["group"], title: string, route: Route): Command => ({
    id: hrefOf(route),
    title,
    group,
    act: () => app.route.go(route),
  });
  const run = app.study.shown ?? app.example.ready?.run ?? null;
  const acts: Command[] = [
    { id: "help", title: "Help: keys and words", group: "Do", act: openHelp },
    ...THEMES.map((theme) => ({
      id: `theme-${theme}`,
      title: `Colours: ${THEME_TITLES[theme]}`,
      group: "Do" as const,
      act: () => app.theme.choose(theme),
    })),
  ];
  if (app.blocked === null) {
    acts.unshift(
      { id: "quick", title: "Quick run of the demo study", group: "Do", act: () => void app.runDemo("quick") }, // prettier-ignore
      { id: "full", title: "Run the demo study", group: "Do", act: () => void app.runDemo("full") },
    );
  }
  if (app.study.live) {
    acts.unshift(
      { id: "pause", title: "Pause the run", group: "Do", act: () => void app.study.pause() },
      { id: "stop", title: "Stop the run", group: "Do", act: () => app.study.cancel() },
    );
  }
  const ofRun = run
    ? [
        to("Go to", `Map of questions: ${run.record.name}`, { page: "map", runId: run.id }),
        to("Go to", `Replay the selection: ${run.record.name}`, { page: "select", runId: run.id }),
      ]
    : [];
  const questions = new Set(
    [...(run?.view.scored.values() ?? [])].flatMap(({ scores }) => scores.map(({ id }) => id)),
  );
  return [
    ...PLACES.map(([title, route]) => to("Go to", title, route)),
    ...ofRun,
    ...acts,
    ...app.runs.list.map(({ record }) =>
      to("Run", record.name, { page: "study", runId: record.id }),
    ),
    ...(run?.corpus?.questions ?? []).flatMap(({ id, text }) =>
      questions.has(id) && run
        ? [to("Question", text, { page: "question", runId: run.id, questionId: id })]
        : [],
    ),
  ];
}

/**
 * Those that have every word typed, in any order: first where a title begins with it, then where a word of it does, then
 * the rest; among these in the order given.
 */
export function matchCommands(
  commands: readonly Command[],
  typed: string,
  limit: number,
): readonly Command[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ title, group }: Command): number => {
    const text = title.toLowerCase();
    const whole = `${group.toLowerCase()} ${text}`;
    if (!wanted.every((word) => whole.includes(word))) return 3;
    const first = wanted[0] ?? "";
    if (text.startsWith(first)) return 0;
    return text.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(first)) ? 1 : 2;
  };
  const ranked = commands.map((command) => ({ command, rank: rank(command) }));
  return [0, 1, 2]
    .flatMap((wantedRank) => ranked.filter(({ rank }) => rank === wantedRank))
    .slice(0, limit)
    .map(({ command }) => command);
}
