/** The self-test's result as Markdown, for a bug report. */
import {
  type BackendResult,
  type SelfTestReport,
  figure,
  hasPassed,
  inWords,
  summary,
} from "./report";

export function selfTestMarkdown({ versions, at, environment, backends }: SelfTestReport): string {
  const facts = { ...versions, time: new Date(at).toISOString(), ...environment };
  return [
    "## Steadfast self-test",
    "",
    ...Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`),
    ...backends.flatMap(section),
    "",
  ].join("\n");
}

function section(result: BackendResult): string[] {
  if (result.kind === "unavailable") {
    return ["", `### ${result.backend}: not available`, "", result.reason];
  }
  const { backend, device, checks, measurements, features, limits, remarks, seconds } = result;
  const failures = checks.filter((check) => !hasPassed(check));
  return [
    "",
    `### ${backend}: ${device}`,
    "",
    `${summary(result)} in ${seconds.toFixed(0)} s.`,
    ...remarks,
    "",
    "| what | measured |",
    "| --- | --- |",
    ...measurements.map((measurement) => `| ${measurement.name} | ${cell(figure(measurement))} |`),
    ...(failures.length === 0
      ? []
      : [
          "",
          "| check | outcome |",
          "| --- | --- |",
          ...failures.map(({ name, outcome }) => `| ${cell(name)} | ${cell(inWords(outcome))} |`),
        ]),
    ...(features.length === 0 ? [] : ["", `Features: ${features.join(", ")}`]),
    ...(Object.keys(limits).length === 0
      ? []
      : [
          "",
          `Limits: ${Object.entries(limits)
            .map(([name, n]) => `${name} ${n}`)
            .join(", ")}`,
        ]),
  ];
}

const cell = (text: string) => text.replaceAll("|", "\\|").replace(/\s+/g, " ");
