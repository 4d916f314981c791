import type { QueryContext } from '../../dash/query/request';
import type { PanelData } from '../../dash/query/runner';
import type { Panel } from '../../dash/model';

/** What a session needs of whoever brings the data; dash/query/runner.ts is the usual one. */
export interface PanelRunner {
  setContext: (context: QueryContext) => void;
  want: (key: string, panel: Panel, widthPx: number) => void;
  drop: (key: string) => void;
  get: (key: string) => PanelData;
  subscribe: (key: string, listener: (data: PanelData) => void) => () => void;
  refresh: () => void;
  refreshPanel: (key: string) => void;
  stop: () => void;
  readonly busy: boolean;
  readonly now: number;
}
