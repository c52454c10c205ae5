// Where the floating picture was put and how wide it was made, for all notebooks of an origin. A page
// that may store nothing remembers it while it is open.

import { shared } from "../page/page_global.ts";
import { allowedWidth, CORNERS, type Corner, USUAL } from "./corner.ts";

export interface Setting {
  corner: Corner;
  width: number;
}

const KEY = "heygen_widget.floating";
const FIRST: Setting = { corner: CORNERS[0] ?? { top: false, left: false }, width: USUAL };

/** The setting used last. */
export function recall(): Setting {
  const page = shared<{ setting: Setting }>("floating.setting", () => ({ setting: FIRST }));
  try {
    page.setting = read(localStorage.getItem(KEY)) ?? page.setting;
  } catch {
    // Blocked: by the user, or because the page is in a sandbox.
  }
  return page.setting;
}

/** Use this one from now on. */
export function remember(setting: Setting): void {
  shared<{ setting: Setting }>("floating.setting", () => ({ setting })).setting = setting;
  try {
    localStorage.setItem(KEY, JSON.stringify(setting));
  } catch {
    // As above, or full.
  }
}

/** What was stored; null if that is nothing of ours. */
function read(stored: string | null): Setting | null {
  if (stored === null) return null;
  try {
    const { corner, width } = JSON.parse(stored) as Setting;
    if (!Number.isFinite(width)) return null;
    return {
      corner: { top: corner.top === true, left: corner.left === true },
      width: allowedWidth(width),
    };
  } catch {
    return null;
  }
}
