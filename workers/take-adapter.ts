/** A LoRA adapter of this computer as a target: checked against the model that it goes on, hashed, and copied into the browser. */
import { fitAdapter, mapsOf } from "../src/core/adapter/fit";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readPeft } from "../src/core/adapter/peft";
import { readGpt2Config } from "../src/core/gpt2/config";
import { type ModelFile, bytesOf, checksumOf } from "../src/core/models/origin";
import { filesTarget, targetText } from "../src/core/models/target";
import { Sha256 } from "../src/core/sha256";
import type { AdapterFiles } from "../src/protocol/models";
import type { Database } from "../src/storage/db";
import { modelFolder } from "../src/storage/model-files";
import { getModel, putModel } from "../src/storage/models";

const NAMES = [ADAPTER_CONFIG, ADAPTER_WEIGHTS];

/**
 * @param requireRoom  throws where the browser knows already that it will not do.
 * @throws SyntaxError or RangeError naming the file, field or tensor that is wrong: nothing is kept then.
 */
export async function takeAdapter(
  db: Database,
  { name, base, config, files }: AdapterFiles,
  requireRoom: (bytes: number) => Promise<void>,
): Promise<{ id: string }> {
  const given = new Map(files.map(({ name, file }) => [name, file]));
  const contents = await Promise.all(
    NAMES.map(async (name) => new Uint8Array(await given.get(name)!.arrayBuffer())),
  );
  const [adapterConfig, weights] = contents as [Uint8Array, Uint8Array];
  const adapter = readPeft(new TextDecoder().decode(adapterConfig), weights);
  fitAdapter(adapter, mapsOf(readGpt2Config(config)), targetText(base));

  const hashed = contents.map((content, i): ModelFile => {
    const sha256 = new Sha256().update(content).hex();
    return { name: NAMES[i]!, bytes: content.length, sha256 };
  });
  const together = new TextEncoder().encode(`${checksumOf(hashed)} ${base}\n`);
  const id = filesTarget(name, new Sha256().update(together).hex());
  if ((await getModel(db, id))?.origin) return { id };

  const bytes = bytesOf({ files: hashed });
  await requireRoom(bytes);
  const row = { id, name, kind: "gpt2" as const, base, host: null, bytes, config, at: Date.now() };
  await putModel(db, { ...row, origin: null });
  const folder = modelFolder(id);
  for (const [i, content] of contents.entries()) {
    const writer = await folder.append(NAMES[i]!, 0);
    try {
      await writer.write(content);
    } finally {
      await writer.close();
    }
  }
  const source = `files on this computer: ${name}, a LoRA adapter on ${targetText(base)}`;
  await putModel(db, { ...row, origin: { source, revision: null, files: hashed } });
  return { id };
}
