/** What a hub says of a model's files: the answer of its API to /api/models/NAME/revision/REVISION?blobs=true. */
import * as v from "valibot";

export interface HubFile {
  readonly name: string;
  readonly bytes: number;
  /** Of the content of a large file; null for a small one, which `gitId` identifies. */
  readonly sha256: string | null;
  /** Git's id of a small file: SHA-1 of "blob LENGTH\0" and the content. */
  readonly gitId: string;
}

export interface HubInfo {
  /** 40 hex digits: what the revision means now. */
  readonly commit: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

const hex = (length: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${length}}$`)));
const size = v.pipe(v.number(), v.integer(), v.minValue(0));

const ModelInfo = v.object({
  sha: hex(40),
  siblings: v.array(
    v.object({
      rfilename: v.string(),
      size,
      blobId: hex(40),
      lfs: v.nullish(v.object({ sha256: hex(64), size })),
    }),
  ),
});

/** @throws SyntaxError if it is not such an answer, with how it starts or the field that is wrong. */
export function readHubInfo(text: string): HubInfo {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    // A host that answers every address with its start page sends HTML and no error.
    throw new SyntaxError(`it answers "${text.slice(0, 20)}", not a list of files`, { cause });
  }
  const info = v.safeParse(ModelInfo, json);
  if (!info.success) {
    const [issue] = info.issues;
    throw new SyntaxError(`${v.getDotPath(issue) ?? "the answer"}: ${issue.message}`);
  }
  const { sha, siblings } = info.output;
  const files = siblings.map(({ rfilename, size, blobId, lfs }): [string, HubFile] => [
    rfilename,
    { name: rfilename, bytes: lfs?.size ?? size, sha256: lfs?.sha256 ?? null, gitId: blobId },
  ]);
  return { commit: sha, files: new Map(files) };
}
