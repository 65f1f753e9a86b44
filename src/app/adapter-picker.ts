/** Files of this computer as a LoRA adapter: PEFT's two, on their own, in a folder or in a zip. */
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from "../core/adapter/peft";
import { readDirectory, readEntry } from "../core/format/project/zip-reader";
import { CONFIG } from "../core/models/layout";
import { LOOSE, type PickedModel } from "./model-picker";
import { sourceOfFile } from "./project-source";

/** Whether what was picked or dropped is to be read as an adapter, and not as a model. */
export function isAdapter({ files }: PickedModel): boolean {
  const has = (wanted: string) => files.some(({ name }) => name === wanted);
  return !has(CONFIG) && (has(ADAPTER_CONFIG) || files.some(({ name }) => name.endsWith(".zip")));
}

/**
 * The two files, from the zip where one was picked, wherever in it they lie.
 * @throws InputError for a zip that is none; RangeError naming the file that is missing.
 */
export async function adapterOf({ name, files }: PickedModel): Promise<PickedModel> {
  const zip = files.find((file) => file.name.endsWith(".zip"));
  const given = zip ? await unzipped(zip.file) : files;
  const wanted = [ADAPTER_CONFIG, ADAPTER_WEIGHTS].map((file) => {
    const found = given.find((one) => one.name === file);
    if (found) return found;
    throw new RangeError(
      `${zip?.name ?? "what was chosen"} has no ${file}. A LoRA adapter is ${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS}, as PEFT saves them.`,
    );
  });
  const called = name === LOOSE ? "adapter" : name;
  return { name: zip ? zip.name.replace(/\.zip$/, "") : called, files: wanted };
}

async function unzipped(zip: File): Promise<PickedModel["files"]> {
  const source = sourceOfFile(zip);
  const entries = await readDirectory(source);
  const inside = entries.filter(({ path }) =>
    [ADAPTER_CONFIG, ADAPTER_WEIGHTS].includes(fileName(path)),
  );
  return Promise.all(
    inside.map(async (entry) => {
      const bytes = new Uint8Array(await readEntry(source, entry));
      return { name: fileName(entry.path), file: new File([bytes], fileName(entry.path)) };
    }),
  );
}

const fileName = (path: string) => path.split("/").at(-1)!;
