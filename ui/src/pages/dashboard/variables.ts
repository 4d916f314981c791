// The engine of variables as a session sees it: what is under way, what a text may refer to, and
// ad-hoc filters, whose parser is fetched when the first one is set.

import { anything, settled } from '../../api/grafana/client';
import { fetchResource } from '../../api/grafana/data';
import type { User } from '../../api/grafana/people';
import type { AdhocFilter, Dashboard } from '../../dash/model';
import { findSource, type DataSourceInfo } from '../../dash/query/sources';
import { resolveRange, type RawRange, type TimeContext } from '../../dash/time';
import { loadFilters, type FilterExpression } from '../../dash/variables/adhoc';
import { EMPTY_SCOPE, type ScopeValue, type VariableScope } from '../../dash/variables/interpolate';
import { VariableEngine, type VariableSource } from '../../dash/variables/resolve';
import { dashboardScope } from '../../dash/variables/scope';
import { readUrl, writeUrl } from '../../dash/variables/url';
import type { VariablesNow, VariablesPort } from './variablesPort';

const source: VariableSource = {
  call: async (uid, path, params, signal) =>
    settled(await fetchResource(uid, path, anything, params, signal)),
};

interface Deps {
  readonly dashboard: Dashboard;
  readonly sources: readonly DataSourceInfo[];
  readonly user: User | null;
  /** Nobody is asked: values are as stored. */
  readonly frozen: boolean;
}

const NOBODY = { id: 0, login: '', email: '' };

/** Equal where every text that is filled in comes out the same. */
function signature(values: ReadonlyMap<string, ScopeValue>, raw: RawRange, zone: string): string {
  return JSON.stringify([raw.from, raw.to, zone, [...values]]);
}

class EngineVariables implements VariablesPort {
  private engine: VariableEngine | null = null;
  private listeners = new Set<() => void>();
  private raw: RawRange = { from: 'now-6h', to: 'now' };
  private time: TimeContext = { now: 0, timezone: 'browser' };
  private begun = false;
  private filter: FilterExpression | null = null;
  private loadingFilter = false;
  private scope: VariableScope = EMPTY_SCOPE;
  private scopeKey = '';
  private shown: VariablesNow = { views: [], scope: EMPTY_SCOPE, ready: false };

  constructor(private readonly deps: Deps) {}

  readonly now = (): VariablesNow => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly start = (params: URLSearchParams, raw: RawRange, time: TimeContext): void => {
    this.raw = raw;
    this.time = time;
    const { dashboard, sources, frozen } = this.deps;
    const engine = new VariableEngine({
      variables: dashboard.variables,
      source,
      sources,
      url: readUrl(params),
      range: resolveRange(raw, time),
      scope: (values) => this.scopeOf(values),
    });
    this.engine = engine;
    engine.subscribe(() => this.onEngine());
    if (frozen) {
      this.begun = true;
      this.onEngine();
      return;
    }
    void engine.start().then(() => {
      if (this.engine !== engine) return;
      this.begun = true;
      this.onEngine();
    });
  };

  readonly stop = (): void => {
    this.engine?.stop();
    this.engine = null;
    this.begun = false;
    this.shown = { ...this.shown, ready: false };
  };

  readonly setParams = (params: URLSearchParams): void => {
    void this.engine?.applyUrl(readUrl(params));
  };

  readonly setRange = (raw: RawRange, time: TimeContext): void => {
    this.raw = raw;
    this.time = time;
    if (!this.deps.frozen) void this.engine?.setRange(resolveRange(raw, time));
    this.onEngine();
  };

  readonly select = (name: string, values: readonly string[]): void => {
    void this.engine?.select(name, values);
  };

  readonly setFilters = (name: string, filters: readonly AdhocFilter[]): void => {
    void this.engine?.setFilters(name, filters);
  };

  readonly params = (): URLSearchParams => {
    const states = this.engine?.snapshot.states ?? [];
    return new URLSearchParams(writeUrl(states).map(([name, value]) => [name, value]));
  };

  readonly addFilters = (expr: string, sourceUid: string): string => {
    const { filter } = this;
    if (filter === null) return expr;
    const filters = this.filters().filter(({ uid }) => uid === sourceUid);
    return filters.reduce((text, one) => filter(text, one.filters), expr);
  };

  private filters() {
    const states = this.engine?.snapshot.states ?? [];
    return states
      .filter(({ variable, filters }) => variable.type === 'adhoc' && filters.length > 0)
      .map(({ variable, filters }) => ({
        filters,
        uid: findSource(variable.datasource, this.deps.sources, this.scope)?.source.uid ?? '',
      }));
  }

  /** Reads the range when it is asked, so that a refresh makes no new scope. */
  private scopeOf(values: ReadonlyMap<string, ScopeValue>): VariableScope {
    const { dashboard, user } = this.deps;
    const { timezone } = this.time;
    const made = () =>
      dashboardScope({
        variables: values,
        range: resolveRange(this.raw, this.time),
        raw: this.raw,
        timezone,
        dashboard: { uid: dashboard.uid, title: dashboard.title },
        user: user ?? NOBODY,
        org: { id: 1, name: 'Main Org.' },
      });
    const fixed = made();
    return { ...fixed, get: (name) => values.get(name) ?? made().get(name) };
  }

  private onEngine(): void {
    const { engine } = this;
    if (engine === null) return;
    const { states, values, ready } = engine.snapshot;
    const key = signature(values, this.raw, this.time.timezone);
    if (key !== this.scopeKey) {
      this.scopeKey = key;
      this.scope = this.scopeOf(values);
    }
    const filtersReady = this.filters().length === 0 || this.filter !== null;
    if (!filtersReady) this.fetchFilter();
    const views = states.map(({ variable, options, selected, texts, filters, loading, error }) => ({
      variable,
      options,
      values: selected,
      texts,
      filters,
      loading,
      error: error ?? '',
    }));
    const settledNow = this.begun && filtersReady && (ready || this.deps.frozen);
    this.shown = { views, scope: this.scope, ready: settledNow };
    for (const listener of [...this.listeners]) listener();
  }

  private fetchFilter(): void {
    if (this.loadingFilter) return;
    this.loadingFilter = true;
    void loadFilters().then((filter) => {
      this.filter = filter;
      this.onEngine();
    });
  }
}

export function makeVariables(
  sources: readonly DataSourceInfo[],
  user: User | null,
  frozen: boolean,
): (dashboard: Dashboard) => VariablesPort {
  return (dashboard) => new EngineVariables({ dashboard, sources, user, frozen });
}
