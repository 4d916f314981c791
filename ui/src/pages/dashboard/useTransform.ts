import { useEffect, useState } from 'react';
import type { Transformation } from '../../dash/model';
import { untransformed, type TransformRun } from './pipeline';

/** Most panels have no transformations, and most dashboards none of the rarer ones. */
async function load(transformations: readonly Transformation[]): Promise<TransformRun> {
  const { loadRare, needsRare, transformFrames } = await import('../../dash/data/transform');
  if (needsRare(transformations)) await loadRare();
  return transformFrames;
}

/** Null while the code is under way. */
export function useTransform(transformations: readonly Transformation[]): TransformRun | null {
  const needed = transformations.some(({ disabled }) => !disabled);
  const [run, setRun] = useState<{ readonly run: TransformRun } | null>(null);
  useEffect(() => {
    if (!needed) return;
    let gone = false;
    load(transformations).then(
      (loaded) => {
        if (!gone) setRun({ run: loaded });
      },
      // Without the code the data is still worth seeing.
      () => {
        if (!gone) setRun({ run: untransformed });
      },
    );
    return () => {
      gone = true;
    };
  }, [needed, transformations]);
  return needed ? (run?.run ?? null) : untransformed;
}
