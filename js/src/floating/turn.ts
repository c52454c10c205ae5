// Whose turn it is to float, of all avatars on a page: the one that is speaking, or spoke last.
//
// Players of several kinds, each with its copy of this module, share it.

import { shared } from "../page/page_global.ts";

/** One avatar. Every version of this module keeps its shape. */
export interface Floater {
  /** Whether it has a picture that moves, on a part of the page that is shown. */
  readonly live: boolean;
  /** Whether that is out of sight, and may float. */
  readonly wants: boolean;
  /** Whether it floats now. */
  readonly floats: boolean;
  /** When it last spoke, as of `performance.now()`; infinite while it does. */
  readonly spokeAt: number;
  /** Float, or do not. */
  float(on: boolean): void;
}

const floaters = () => shared("floating.floaters", () => new Set<Floater>());

/** Take part until `signal`. */
export function join(floater: Floater, signal: AbortSignal): void {
  floaters().add(floater);
  signal.addEventListener("abort", () => {
    floaters().delete(floater);
    settle();
  });
}

/** Give the turn to whose it is. */
export function settle(): void {
  const all = [...floaters()];
  const live = all.filter(({ live }) => live).sort(byTurn);
  const [first] = live;
  const next = first?.wants ? first : undefined;
  for (const floater of all) if (floater !== next) floater.float(false);
  next?.float(true);
}

/** The one that spoke last first; of those that speak at once, the one that floats, or would. */
function byTurn(one: Floater, other: Floater): number {
  if (one.spokeAt !== other.spokeAt) return one.spokeAt > other.spokeAt ? -1 : 1;
  return claim(other) - claim(one);
}

const claim = ({ floats, wants }: Floater) => Number(wants) + Number(wants && floats);
