/** `npm run bench [-- NAME]`: prints every bench of this folder, or one. */
import { alphaBootstrap } from "./alpha-bootstrap";
import { decodeWasm } from "./decode-wasm";
import { foldSessionBench } from "./fold-session";
import { linearWasm } from "./linear-wasm";
import type { Bench } from "./bench";

const benches: readonly Bench[] = [alphaBootstrap, foldSessionBench, linearWasm, decodeWasm];

async function main([name]: readonly string[]): Promise<number> {
  const chosen = benches.filter((bench) => name === undefined || bench.name === name);
  if (chosen.length === 0) {
    const names = benches.map(({ name }) => name).join(", ");
    process.stderr.write(`bench: there is no bench "${name}"; there is ${names}\n`);
    return 2;
  }
  for (const bench of chosen) {
    const lines = await bench.run();
    process.stdout.write(`${bench.name}\n${lines.map((line) => `  ${line}\n`).join("")}`);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
