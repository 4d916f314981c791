// Data for a dashboard that anyone may see by its address: panels are asked for by their number,
// because their queries are not told to visitors. One request a panel; old data stays meanwhile.

import { runQueries } from '../../api/grafana/data';
import type { GrafanaResult } from '../../api/grafana/client';
import { decodeResults } from '../../dash/query/decode';
import { panelInterval } from '../../dash/query/interval';
import { panelRange, type QueryContext } from '../../dash/query/request';
import { NO_DATA, type PanelData } from '../../dash/query/runner';
import type { Panel } from '../../dash/model';
import { withScopedVars } from '../../dash/variables/interpolate';
import type { PanelRunner } from './panelRunner';

export type AskPanel = (
  panelId: number,
  body: unknown,
  signal: AbortSignal,
) => Promise<GrafanaResult<unknown>>;

export function askPublic(token: string): AskPanel {
  return (panelId, body, signal) => runQueries(body, signal, { token, panelId });
}

interface Entry {
  panel: Panel | null;
  width: number;
  wanted: boolean;
  data: PanelData;
  asked: string;
  abort: AbortController | null;
  readonly listeners: Set<(data: PanelData) => void>;
}

export class PublicRunner implements PanelRunner {
  private readonly entries = new Map<string, Entry>();
  private context: QueryContext | null = null;

  constructor(private readonly ask: AskPanel) {}

  setContext(context: QueryContext): void {
    this.context = context;
    for (const key of this.entries.keys()) this.update(key, false);
  }

  want(key: string, panel: Panel, width: number): void {
    const entry = this.entry(key);
    entry.panel = panel;
    entry.width = width;
    entry.wanted = true;
    this.update(key, false);
  }

  drop(key: string): void {
    const entry = this.entry(key);
    entry.wanted = false;
    if (entry.abort === null) return;
    entry.abort.abort();
    entry.abort = null;
    entry.asked = '';
    this.tell(entry, { ...entry.data, state: entry.data.loadedAt === null ? 'idle' : 'done' });
  }

  get(key: string): PanelData {
    return this.entries.get(key)?.data ?? NO_DATA;
  }

  subscribe(key: string, listener: (data: PanelData) => void): () => void {
    const { listeners } = this.entry(key);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  refresh(): void {
    if (this.context !== null) {
      this.context = { ...this.context, time: { ...this.context.time, now: Date.now() } };
    }
    for (const key of this.entries.keys()) this.update(key, true);
  }

  refreshPanel(key: string): void {
    this.update(key, true);
  }

  stop(): void {
    for (const entry of this.entries.values()) entry.abort?.abort();
    this.entries.clear();
    this.context = null;
  }

  get busy(): boolean {
    return [...this.entries.values()].some(({ abort }) => abort !== null);
  }

  get now(): number {
    return this.context?.time.now ?? Date.now();
  }

  private entry(key: string): Entry {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      const listeners = new Set<(data: PanelData) => void>();
      const data = NO_DATA;
      entry = { panel: null, width: 0, wanted: false, data, asked: '', abort: null, listeners };
      this.entries.set(key, entry);
    }
    return entry;
  }

  private tell(entry: Entry, data: PanelData): void {
    entry.data = data;
    for (const listener of [...entry.listeners]) listener(data);
  }

  private update(key: string, force: boolean): void {
    const entry = this.entries.get(key);
    const { context } = this;
    if (entry === undefined || context === null || !entry.wanted || entry.panel === null) return;
    const { panel } = entry;
    const scope = withScopedVars(context.scope, panel.scopedVars);
    const { range, raw, timeInfo } = panelRange(panel, context.raw, context.time, scope);
    const interval = panelInterval(
      { maxDataPoints: panel.maxDataPoints, minInterval: panel.interval },
      range,
      entry.width,
      '',
    );
    const asked = JSON.stringify([range, interval.intervalMs]);
    if (!force && asked === entry.asked) return;
    entry.asked = asked;
    entry.abort?.abort();
    const abort = new AbortController();
    entry.abort = abort;
    const request = {
      range,
      raw,
      timeInfo,
      interval,
      queries: [],
      together: false,
      remarks: [],
      frames: [],
      sharedPanel: null,
    };
    this.tell(entry, { ...entry.data, state: 'loading', request });
    const body = {
      ...interval,
      timeRange: { from: String(range.from), to: String(range.to) },
    };
    this.ask(panel.id, body, abort.signal).then(
      (answer) => {
        if (abort.signal.aborted) return;
        entry.abort = null;
        this.finish(entry, answer, range);
      },
      // Taken back: whoever did it has said what holds now.
      () => undefined,
    );
  }

  private finish(entry: Entry, answer: GrafanaResult<unknown>, range: PanelData['range']): void {
    const now = Date.now();
    const before = entry.data;
    if (!answer.ok) {
      this.tell(entry, {
        ...before,
        state: 'error',
        errors: new Map([['', answer.message]]),
        staleSince: before.frames.length > 0 ? (before.staleSince ?? now) : null,
      });
      return;
    }
    const results = [...decodeResults(answer.data).values()];
    const errors = new Map(
      results.flatMap(({ refId, error }) =>
        error === null ? [] : [[refId, error.message] as const],
      ),
    );
    this.tell(entry, {
      ...before,
      state: errors.size > 0 ? 'error' : 'done',
      frames: results.flatMap(({ frames }) => frames),
      errors,
      staleSince: null,
      loadedAt: now,
      range,
    });
  }
}
