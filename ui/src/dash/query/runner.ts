// Keeps the panels that can be seen supplied with data. Panels say when they are wanted and how wide
// they are; the runner plans their queries, asks the pool, and tells who listens. While new data is
// under way, and when it fails, the old stays. One timer refreshes all; it rests while the page is
// hidden.

import type { Frame, TimeRangeMs } from '../frame';
import type { Panel } from '../model';
import { sameJson } from '../model/json';
import { isRelative, resolveRange } from '../time';
import { jobsOf, renameResult } from './batch';
import type { RefResult } from './decode';
import { RequestPool, REAL_TIMERS, type JobOutcome, type Send, type Timers } from './pool';
import { panelQueries, type PanelQueries, type QueryContext } from './request';

export interface Notice {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
}

export interface PanelData {
  /** "idle": nothing was asked. While "loading" and on "error" the frames are those from before. */
  readonly state: 'idle' | 'loading' | 'done' | 'error';
  readonly frames: readonly Frame[];
  /** By refId; "" is the request as a whole. */
  readonly errors: ReadonlyMap<string, string>;
  readonly notices: readonly Notice[];
  /** Since when the frames shown are not those that were asked for; null: they are. */
  readonly staleSince: number | null;
  /** When the frames came. */
  readonly loadedAt: number | null;
  /** Of the frames that are shown. */
  readonly range: TimeRangeMs;
  /** What was asked last; null before. */
  readonly request: PanelQueries | null;
  /** Milliseconds the server took, by refId. */
  readonly timings: ReadonlyMap<string, number>;
}

export const NO_DATA: PanelData = {
  state: 'idle',
  frames: [],
  errors: new Map(),
  notices: [],
  staleSince: null,
  loadedAt: null,
  range: { from: 0, to: 0 },
  request: null,
  timings: new Map(),
};

type Listener = (data: PanelData) => void;

interface Entry {
  panel: Panel | null;
  width: number;
  wanted: boolean;
  data: PanelData;
  /** What the data is, or will be, the answer of. */
  asked: PanelQueries | null;
  cancel: (() => void) | null;
  readonly listeners: Set<Listener>;
}

/** Of queries whose panel's width alone changed: asked again only where points would move apart. */
function sameQueries(a: PanelQueries, b: PanelQueries): boolean {
  const bare = (one: PanelQueries) => ({
    range: one.range,
    shared: one.sharedPanel,
    queries: one.queries.map((query) => ({ ...query, maxDataPoints: 0 })),
  });
  return sameJson(bare(a), bare(b));
}

export class QueryRunner {
  private readonly pool: RequestPool;
  private readonly entries = new Map<string, Entry>();
  private readonly watchers = new Set<() => void>();
  private context: QueryContext | null = null;
  private everyMs: number | null = null;
  private hidden = false;
  private missed = false;
  private stopTimer: (() => void) | null = null;

  constructor(
    send: Send,
    private readonly timers: Timers = REAL_TIMERS,
  ) {
    this.pool = new RequestPool(send, timers);
  }

  /**
   * Range, variables or data sources changed: panels whose queries differ now are asked again. "Now"
   * is the runner's own: it moves with another range and with a refresh, not with `context.time`.
   */
  setContext(context: QueryContext): void {
    const before = this.context;
    const same = before !== null && sameJson(before.raw, context.raw);
    const now = same ? before.time.now : this.delayedNow(context);
    this.context = { ...context, time: { ...context.time, now } };
    for (const key of this.entries.keys()) this.update(key, false);
  }

  /** The panel can be seen. Call again when it or its width changed. */
  want(key: string, panel: Panel, widthPx: number): void {
    const entry = this.entry(key);
    entry.panel = panel;
    entry.width = widthPx;
    entry.wanted = true;
    this.update(key, false);
  }

  /** Out of sight: what is under way is cancelled, what is there is kept. */
  drop(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.wanted = false;
    this.cancel(entry);
  }

  /** The panel is gone from the dashboard. */
  forget(key: string): void {
    this.drop(key);
    this.entries.delete(key);
  }

  get(key: string): PanelData {
    return this.entries.get(key)?.data ?? NO_DATA;
  }

  subscribe(key: string, listener: Listener): () => void {
    const { listeners } = this.entry(key);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** All that can be seen again; "now" becomes now. */
  refresh(): void {
    if (this.context !== null) {
      const { context } = this;
      this.context = { ...context, time: { ...context.time, now: this.delayedNow(context) } };
    }
    for (const key of this.entries.keys()) this.update(key, true);
    this.arm();
  }

  refreshPanel(key: string): void {
    this.update(key, true);
  }

  /** Null: off. */
  setAutoRefresh(ms: number | null): void {
    if (this.everyMs === ms) return;
    this.everyMs = ms;
    this.missed = false;
    this.arm();
  }

  setPageHidden(hidden: boolean): void {
    if (this.hidden === hidden) return;
    this.hidden = hidden;
    if (!hidden && this.missed) {
      this.missed = false;
      this.refresh();
    }
  }

  /** True while anything is under way. */
  get busy(): boolean {
    return [...this.entries.values()].some((entry) => entry.data.state === 'loading');
  }

  /** "Now" of the data that is shown. */
  get now(): number {
    return this.context?.time.now ?? this.timers.now();
  }

  /** Of the dashboard, as it was resolved for the data that is shown or under way. */
  get range(): TimeRangeMs {
    const { now } = this;
    return this.context === null
      ? { from: now, to: now }
      : resolveRange(this.context.raw, this.context.time);
  }

  /** Told of every change of any panel: for what shows that something is under way. */
  subscribeAll(listener: () => void): () => void {
    this.watchers.add(listener);
    return () => {
      this.watchers.delete(listener);
    };
  }

  stop(): void {
    this.stopTimer?.();
    this.stopTimer = null;
    for (const entry of this.entries.values()) this.cancel(entry);
    this.entries.clear();
    this.context = null;
  }

  private delayedNow(context: QueryContext): number {
    return this.timers.now() - (context.nowDelayMs ?? 0);
  }

  private entry(key: string): Entry {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = {
        panel: null,
        width: 0,
        wanted: false,
        data: NO_DATA,
        asked: null,
        cancel: null,
        listeners: new Set(),
      };
      this.entries.set(key, entry);
    }
    return entry;
  }

  private arm(): void {
    this.stopTimer?.();
    this.stopTimer = null;
    if (this.everyMs === null) return;
    this.stopTimer = this.timers.after(this.everyMs, () => {
      this.stopTimer = null;
      if (this.hidden || (this.context !== null && !isRelative(this.context.raw))) {
        this.missed = this.hidden;
        this.arm();
        return;
      }
      this.refresh();
    });
  }

  private cancel(entry: Entry): void {
    entry.cancel?.();
    entry.cancel = null;
    // What was not finished counts as not asked, so that it is asked when it is wanted again.
    if (entry.data.state === 'loading') {
      entry.asked = null;
      const state = entry.data.loadedAt === null ? 'idle' : 'done';
      this.tell(entry, { ...entry.data, state });
    }
  }

  private tell(entry: Entry, data: PanelData): void {
    entry.data = data;
    for (const listener of [...entry.listeners]) listener(data);
    for (const watcher of [...this.watchers]) watcher();
  }

  private update(key: string, force: boolean): void {
    const entry = this.entries.get(key);
    const { context } = this;
    if (entry === undefined || context === null || !entry.wanted || entry.panel === null) return;
    const plan = planOf(entry.panel, context, entry.width);
    if (!force && entry.asked !== null && sameQueries(entry.asked, plan)) return;
    this.run(entry, plan);
  }

  private run(entry: Entry, plan: PanelQueries): void {
    entry.cancel?.();
    entry.cancel = null;
    entry.asked = plan;
    const jobs = jobsOf(plan.queries, plan.range, plan.together);
    if (jobs.length === 0) {
      const errors = new Map(plan.remarks.map((remark) => ['', remark] as const));
      const failed = errors.size > 0 && plan.frames.length === 0;
      this.finish(entry, plan, [...plan.frames], failed ? errors : new Map(), new Map());
      return;
    }
    const since =
      entry.data.staleSince ?? (entry.data.loadedAt === null ? null : this.timers.now());
    this.tell(entry, { ...entry.data, state: 'loading', staleSince: since, request: plan });
    const outcomes = new Map<string, JobOutcome>();
    const cancels = jobs.map((job) =>
      this.pool.ask(job, (outcome) => {
        outcomes.set(job.key, outcome);
        if (outcomes.size < new Set(jobs.map((one) => one.key)).size) return;
        entry.cancel = null;
        this.collect(entry, plan, outcomes);
      }),
    );
    entry.cancel = () => {
      for (const cancel of cancels) cancel();
    };
  }

  private collect(
    entry: Entry,
    plan: PanelQueries,
    outcomes: ReadonlyMap<string, JobOutcome>,
  ): void {
    const frames: Frame[] = [...plan.frames];
    const errors = new Map<string, string>();
    const timings = new Map<string, number>();
    const jobs = jobsOf(plan.queries, plan.range, plan.together);
    for (const job of jobs) {
      const outcome = outcomes.get(job.key);
      if (outcome === undefined) continue;
      if (outcome.failure !== null) errors.set('', outcome.failure);
      for (const { refId, hide } of job.queries) {
        const found = resultOf(outcome, refId);
        if (found === undefined) continue;
        if (found.error !== null) errors.set(refId, found.error.message);
        if (found.timeMs !== null) timings.set(refId, found.timeMs);
        if (hide !== true) frames.push(...found.frames);
      }
    }
    this.finish(entry, plan, frames, errors, timings);
  }

  private finish(
    entry: Entry,
    plan: PanelQueries,
    frames: readonly Frame[],
    errors: ReadonlyMap<string, string>,
    timings: ReadonlyMap<string, number>,
  ): void {
    const now = this.timers.now();
    const notices: Notice[] = plan.remarks.map((text) => ({ severity: 'info', text }));
    for (const { meta } of frames) {
      for (const notice of meta?.notices ?? []) {
        if (!notices.some((one) => one.text === notice.text)) notices.push(notice);
      }
    }
    const nothing = errors.size > 0 && frames.length === 0;
    const before = entry.data;
    this.tell(entry, {
      state: errors.size > 0 ? 'error' : 'done',
      // A failed refresh does not take away what was seen.
      frames: nothing ? before.frames : frames,
      errors,
      notices,
      staleSince: nothing && before.frames.length > 0 ? (before.staleSince ?? now) : null,
      loadedAt: nothing ? before.loadedAt : now,
      range: nothing && before.frames.length > 0 ? before.range : plan.range,
      request: plan,
      timings,
    });
  }
}

/** A panel that shows another's result asks what that one asks: equal queries are asked once. */
function planOf(panel: Panel, context: QueryContext, width: number): PanelQueries {
  const own = panelQueries(panel, context, width);
  const source = own.sharedPanel === null ? undefined : context.panelById?.(own.sharedPanel.id);
  if (own.sharedPanel === null) return own;
  if (source === undefined) {
    return { ...own, remarks: ['The panel whose result this one shows is not here.'] };
  }
  const of = panelQueries(source, context, width);
  if (of.sharedPanel !== null) {
    return { ...own, remarks: ['A panel that shows another’s result cannot itself be shown so.'] };
  }
  return { ...of, timeInfo: own.timeInfo, sharedPanel: own.sharedPanel };
}

function resultOf(outcome: JobOutcome, refId: string): RefResult | undefined {
  const exact = outcome.results.get(refId);
  if (exact !== undefined) return exact;
  // Asked under another panel's name for it.
  const [only] = outcome.results.values();
  return outcome.results.size === 1 && only !== undefined ? renameResult(only, refId) : undefined;
}
