import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Panel } from '../../dash/model';
import type { PanelData } from '../../dash/query/runner';
import { useSession } from './context';

/** The data of one panel. It is asked for while `visible`; what is there stays afterwards. */
export function usePanelData(
  key: string,
  panel: Panel,
  widthPx: number,
  visible: boolean,
): PanelData {
  const { runner } = useSession();
  // Steps of 50 px: a window that is dragged wider does not ask anew for each pixel.
  const width = Math.max(50, Math.ceil(widthPx / 50) * 50);
  useEffect(() => {
    if (!visible) return;
    runner.want(key, panel, width);
  }, [runner, key, panel, width, visible]);
  useEffect(() => {
    if (!visible) return;
    return () => runner.drop(key);
  }, [runner, key, visible]);
  const [subscribe] = useState(
    () => (listener: () => void) => runner.subscribe(key, () => listener()),
  );
  return useSyncExternalStore(subscribe, () => runner.get(key));
}
