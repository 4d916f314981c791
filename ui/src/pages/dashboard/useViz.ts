import { useEffect, useState } from 'react';
import { loadViz, vizFor } from '../../viz/registry';
import type { VizPlugin } from '../../viz/types';

export interface LoadedViz {
  readonly plugin: VizPlugin | undefined;
  readonly error: string;
}

/** The code of a kind of panel, fetched when the first of them is seen. */
export function useViz(type: string): LoadedViz {
  const [, setArrived] = useState(0);
  const [failed, setFailed] = useState({ type: '', error: '' });
  const plugin = vizFor(type);
  useEffect(() => {
    if (vizFor(type) !== undefined) return;
    let gone = false;
    loadViz(type).then(
      () => {
        if (!gone) setArrived((n) => n + 1);
      },
      (error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        if (!gone) setFailed({ type, error: words });
      },
    );
    return () => {
      gone = true;
    };
  }, [type]);
  return { plugin, error: failed.type === type ? failed.error : '' };
}
