// Keys: which stay in the widget, and which of them the player takes for itself.

import { SUPPRESS } from "../page/dom.ts";

/** What the player does at a key, as `event.key` names it in lower case. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** Keep keys pressed inside `root` from the notebook's shortcuts. */
export function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  for (const kind of ["keydown", "keypress", "keyup"] as const) {
    root.addEventListener(kind, guard, { signal });
  }
}

/** Let `owner` obey `shortcuts` while it, and nothing inside it, has the focus. */
export function obeyKeys(owner: HTMLElement, shortcuts: Shortcuts, signal: AbortSignal): void {
  owner.addEventListener(
    "keydown",
    (event) => {
      const shortcut = shortcuts[event.key.toLowerCase()];
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!shortcut || !plain || event.repeat || event.target !== owner) return;
      event.preventDefault(); // space would scroll the notebook
      shortcut();
    },
    { signal },
  );
}

/** Whether an input method is composing: Enter then chooses a candidate. 229 is how Safari says so. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Keep a key from the notebook's shortcuts, unless it is pressed with Ctrl or Cmd. */
function guard(event: KeyboardEvent): void {
  const combination = event.metaKey || (event.ctrlKey && !event.getModifierState("AltGraph"));
  if (!combination) {
    event.stopPropagation();
    return;
  }
  // JupyterLab skips an element with this attribute whatever the key; it is needed for Lab 4.0,
  // which listens before us, so it is taken away for the moment in which later versions look.
  const target = event.target as Element | null;
  if (!target?.hasAttribute(SUPPRESS)) return;
  target.removeAttribute(SUPPRESS);
  setTimeout(() => target.setAttribute(SUPPRESS, ""));
}
