/** Which key does what while labelling. Kept on this device. */
import type { Label } from "../core/annotation/task";

export const LABEL_ACTIONS = [
  "same",
  "different",
  "na",
  "undo",
  "previous",
  "next",
  "flag",
  "comment",
  "differences",
  "help",
] as const;
export type LabelAction = (typeof LABEL_ACTIONS)[number];

export const LABEL_OF = {
  same: "Y",
  different: "N",
  na: "NA",
} as const satisfies Partial<Record<LabelAction, Label>>;

type Keys = Readonly<Record<LabelAction, string>>;

const DEFAULTS: Keys = {
  same: "y",
  different: "n",
  na: "a",
  undo: "u",
  previous: "ArrowLeft",
  next: "ArrowRight",
  flag: "f",
  comment: "c",
  differences: "d",
  help: "?",
};

const KEY = "steadfast.label-keys";

/** Keys that move the focus, leave the page or press buttons. */
// @wc-ignore
const RESERVED = new Set([
  "Tab",
  "Enter",
  " ",
  "Escape",
  "Shift",
  "Control",
  "Alt",
  "Meta",
  "Dead",
]);

type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey">;

export class LabelKeys {
  keys = $state.raw<Keys>(DEFAULTS);
  readonly isChanged = $derived(LABEL_ACTIONS.some((a) => this.keys[a] !== DEFAULTS[a]));

  readonly #storage: Pick<Storage, "getItem" | "setItem">;

  constructor(storage: Pick<Storage, "getItem" | "setItem">) {
    this.#storage = storage;
    this.keys = restore(storage.getItem(KEY));
  }

  /** After an import of settings. */
  reread(): void {
    this.keys = restore(this.#storage.getItem(KEY));
  }

  /** What a key press asks for; null for none. Ctrl or ⌘ with Z is always undo. */
  actionOf(press: KeyPress): LabelAction | null {
    if (press.altKey) return null;
    if (press.ctrlKey || press.metaKey) return keyOf(press) === "z" ? "undo" : null;
    const key = keyOf(press);
    return LABEL_ACTIONS.find((action) => this.keys[action] === key) ?? null;
  }

  /**
   * Gives an action another key.
   * @returns why not, as a sentence; null if it was done.
   */
  assign(action: LabelAction, press: KeyPress): string | null {
    const key = keyOf(press);
    if (RESERVED.has(press.key) || press.ctrlKey || press.metaKey || press.altKey) {
      return "Choose a key without Ctrl, Alt or ⌘, other than Tab, Enter, Space and Escape.";
    }
    const holder = LABEL_ACTIONS.find((other) => other !== action && this.keys[other] === key);
    if (holder) return `${keyName(key)} is taken by another action. Choose another key.`;
    this.#keep({ ...this.keys, [action]: key });
    return null;
  }

  reset(): void {
    this.#keep(DEFAULTS);
  }

  #keep(keys: Keys): void {
    this.keys = keys;
    this.#storage.setItem(KEY, JSON.stringify(keys));
  }
}

/** As it stands on the key: "Y", "←". */
export function keyName(key: string): string {
  const ARROWS: Readonly<Record<string, string>> = {
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
  };
  return ARROWS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/**
 * The letter that the layout gives, in lower case; where the layout has no Latin letters (Greek, Cyrillic), the one
 * that the key has on a Latin keyboard.
 */
function keyOf({ key, code }: KeyPress): string {
  if (key.length === 1 && key > "\u007f" && /^Key[A-Z]$/.test(code)) return code[3]!.toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}

function restore(json: string | null): Keys {
  if (json === null) return DEFAULTS;
  try {
    const stored = JSON.parse(json) as Partial<Record<string, unknown>> | null;
    const keys = LABEL_ACTIONS.map((action) => stored?.[action]);
    const isWhole = keys.every((key) => typeof key === "string" && key !== "");
    if (!isWhole || new Set(keys).size < keys.length) return DEFAULTS;
    return Object.fromEntries(LABEL_ACTIONS.map((action, i) => [action, keys[i]])) as Keys;
  } catch {
    return DEFAULTS; // not ours, or cut off
  }
}
