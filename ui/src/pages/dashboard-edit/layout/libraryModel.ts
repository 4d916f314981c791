// A panel as the library keeps it, and as a dashboard refers to it.

import type { JsonObject, Panel } from '../../../dash/model';
import { writePanel } from '../../../dash/model/panel';

const PLACE = ['id', 'gridPos', 'libraryPanel', 'repeat', 'repeatDirection', 'maxPerRow'];

/** Without its place on one dashboard. */
export function libraryModel(panel: Panel): JsonObject {
  return Object.fromEntries(
    Object.entries(writePanel(panel)).filter(([key]) => !PLACE.includes(key)),
  );
}
