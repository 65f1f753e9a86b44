/** Where a model came from, so that a report can say which one it was. */
import { Sha256 } from "../sha256";

export interface ModelFile {
  readonly name: string;
  readonly bytes: number;
  /** In lower-case hex, of the file as it was read here. */
  readonly sha256: string;
}

export interface ModelOrigin {
  /** "https://huggingface.co/openai-community/gpt2", or "files on this computer: gpt2". */
  readonly source: string;
  /** The hub's commit; null for files. */
  readonly revision: string | null;
  readonly files: readonly ModelFile[];
}

export function bytesOf({
  files,
}: {
  readonly files: readonly Pick<ModelFile, "bytes">[];
}): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** SHA-256 over the files, each as a line of `sha256sum`, in the order of their names. */
export function checksumOf(files: readonly ModelFile[]): string {
  const lines = files
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, sha256 }) => `${sha256}  ${name}\n`);
  return new Sha256().update(asciiBytes(lines.join(""))).hex();
}

/** The weights' file, whose checksum tells models apart; of several the first. */
export function weightsOf({ files }: Pick<ModelOrigin, "files">): ModelFile | null {
  return files.find(({ name }) => /\.(safetensors|onnx)$/.test(name)) ?? null;
}

/** The names are those of a layout, and in ASCII. */
const asciiBytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
