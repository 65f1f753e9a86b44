/** `npm run steadfast -- COMMAND`: the study and its parts without a browser. */
import { agree } from "./agree";
import { answer } from "./answer";
import type { Command } from "./command";
import { compare } from "./compare";
import { describeError, exitCode } from "./errors";
import { exportCommand } from "./export";
import { generate } from "./generate";
import { handOff } from "./hand-off";
import { importCommand } from "./import";
import { merge } from "./merge";
import { paraphrase } from "./paraphrase";
import { relateCommand } from "./relate";
import { rots } from "./rots";
import { score } from "./score";
import { study } from "./study";
import { sweep } from "./sweep";
import { tasks } from "./tasks";
import { verify } from "./verify";

const commands: readonly Command[] = [
  study,
  compare,
  score,
  sweep,
  tasks,
  relateCommand,
  merge,
  generate,
  answer,
  paraphrase,
  rots,
  agree,
  importCommand,
  verify,
  exportCommand,
  handOff,
];

const overview = [
  "Measures and improves the moral consistency of language models.",
  "",
  "Usage: npm run steadfast -- COMMAND [--help]",
  "",
  ...commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
  "",
].join("\n");

async function main([name, ...argv]: readonly string[]): Promise<number> {
  const isHelp = name === "--help" || name === "-h" || name === "help";
  const asked = commands.find((command) => command.name === argv[0]);
  if (isHelp && asked) {
    process.stdout.write(asked.help);
    return 0;
  }
  if (name === undefined || isHelp) {
    process.stdout.write(overview);
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((command) => command.name === name);
  if (!command) {
    process.stderr.write(`steadfast: there is no command "${name}".\n\n${overview}`);
    return 2;
  }
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    await command.run(argv);
    return 0;
  } catch (error) {
    process.stderr.write(`steadfast ${name}: ${describeError(error)}\n`);
    return exitCode(error);
  }
}

const code = await main(process.argv.slice(2));
process.stdout.write("", () => process.exit(code)); // Dawn and the encoder's thread would keep the process alive
