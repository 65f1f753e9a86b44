/** How a study's config names its target model. */

export type Target =
  | { readonly kind: "demo" }
  /** "hub:owner/name@revision"; the revision is a commit, a tag or a branch. */
  | { readonly kind: "hub"; readonly name: string; readonly revision: string }
  /** "files:name@hash": files of this computer, known by the start of their SHA-256. On the page alone. */
  | { readonly kind: "files"; readonly name: string; readonly hash: string }
  /** On the command line alone. */
  | { readonly kind: "folder"; readonly path: string };

const HUB = "hub:";
const FILES = /^files:(.+)@([0-9a-f]{12})$/s;
/** As the hub has them: letters, digits, "-", "_" and ".", and an owner before them, except for its oldest models. */
const REPOSITORY = /^(?:[\w-][\w.-]*\/)?[\w-][\w.-]*$/;
/** A branch's name may hold slashes. */
const REVISION = /^[\w-][\w./-]*$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** What is asked for where no revision is named. */
export const DEFAULT_REVISION = "main";
export const DEFAULT_HUB = "https://huggingface.co";

/** @throws RangeError if it starts as one of a hub and does not go on as one, with how it is written. */
export function parseTarget(target: string): Target {
  if (target === "demo") return { kind: "demo" };
  if (target.startsWith(HUB)) return parseRepository(target.slice(HUB.length));
  const [, name, hash] = FILES.exec(target) ?? [];
  if (name !== undefined && hash !== undefined) return { kind: "files", name, hash };
  return { kind: "folder", path: target };
}

/** "owner/name" or "owner/name@revision", as people type it. @throws RangeError with how it is written. */
export function parseRepository(text: string): Target & { readonly kind: "hub" } {
  const [name = "", ...rest] = text.trim().split("@");
  const revision = rest.length === 0 ? DEFAULT_REVISION : rest.join("@");
  if (!REPOSITORY.test(name) || !REVISION.test(revision) || revision.includes("..")) {
    throw new RangeError(
      `"${text}" is no model of a hub: write owner/name or owner/name@revision, for example openai-community/gpt2`,
    );
  }
  return { kind: "hub", name, revision };
}

/** The target that means this commit and no other. */
export function hubTarget(name: string, revision: string): string {
  return `${HUB}${name}@${revision}`;
}

/** @param sha256  of the whole model, in hex. */
export function filesTarget(name: string, sha256: string): string {
  return `files:${name}@${sha256.slice(0, 12)}`;
}

/** Whether a revision names one state for ever. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** "openai-community/gpt2 at 607a30d": a target with as much of its revision as tells it from others. */
export function targetText(target: string): string {
  const parsed = parseTarget(target);
  if (parsed.kind === "hub" && isCommit(parsed.revision)) {
    return `${parsed.name} at ${parsed.revision.slice(0, 7)}`;
  }
  return targetName(target);
}

/** What to call a target in a sentence. */
export function targetName(target: string): string {
  const parsed = parseTarget(target);
  switch (parsed.kind) {
    case "demo":
      return "the demo model";
    case "hub":
    case "files":
      return parsed.name;
    case "folder":
      return parsed.path;
  }
}
