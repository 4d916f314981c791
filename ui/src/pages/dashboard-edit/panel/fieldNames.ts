// Names that the fields of a panel are shown with, for whoever picks one.

import { displayName } from '../../../dash/data/names';
import { shapeTargets } from '../../../dash/data/shape';
import type { Frame } from '../../../dash/frame';
import type { Panel } from '../../../dash/model';
import type { TransformRun } from '../../dashboard/pipeline';

export function displayNames(
  frames: readonly Frame[],
  panel: Panel,
  transform: TransformRun | null,
): readonly string[] {
  const shaped = shapeTargets(frames, panel.targets);
  const last =
    transform?.(shaped, panel.transformations, {
      theme: 'dark',
      timezone: 'browser',
      interpolate: (text) => text,
    }) ?? shaped;
  const names = last.flatMap((frame) =>
    frame.fields.map((field) => displayName(field, frame, last)),
  );
  return [...new Set(names)];
}
