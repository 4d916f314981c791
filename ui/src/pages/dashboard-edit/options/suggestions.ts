// Which kinds of panels suit what the queries gave.

import type { Frame } from '../../../dash/frame';
import type { VizPlugin } from '../../../viz/types';

/** What suits less than this is no suggestion. */
const LEAST = 50;
const MOST = 4;

/** Best first; none where there is no data. */
export function suggestions(
  types: readonly string[],
  pluginOf: (type: string) => VizPlugin | undefined,
  frames: readonly Frame[],
): readonly string[] {
  if (frames.length === 0) return [];
  return types
    .map((type) => ({ type, score: pluginOf(type)?.suits?.(frames) ?? 0 }))
    .filter(({ score }) => score >= LEAST)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ type }) => type);
}
