// One open dashboard: its model, variables, data and what the person did to them. Lives beside
// React; the page mirrors the address into it, and it asks the page to change the address. Panels
// subscribe to their own part of it.

import type { DashboardMeta } from '../../api/grafana/dashboards';
import type { AdhocFilter, Dashboard, Panel } from '../../dash/model';
import { duplicatePanel } from '../../dash/model/save';
import { expandRepeats, panelKey } from '../../dash/model/repeat';
import type { QueryContext } from '../../dash/query/request';
import {
  isRelative,
  resolveRange,
  shiftRange,
  zoomOut,
  type RawRange,
  type TimeContext,
} from '../../dash/time';
import { EMPTY_SCOPE, type VariableScope } from '../../dash/variables/interpolate';
import { refreshMs } from '../../parts/time/refresh';
import type { AddressChange, DashboardAddress, Kiosk } from './address';
import { findPanel } from './findPanel';
import type { PanelRunner } from './panelRunner';
import type { NotesFor, OpenDialog, PageHooks, SessionDeps, SessionState } from './sessionState';
import { Store } from './store';
import type { VariablesPort } from './variablesPort';

const BUSY_MS = 100;

export class DashboardSession {
  readonly store: Store<SessionState>;
  readonly runner: PanelRunner;
  readonly syncKey: string;
  /** Series that a click in a legend took out, by panel. */
  readonly hidden = new Map<string, ReadonlySet<string>>();
  variables: VariablesPort;
  /** Those of one panel; set once the code of annotations is there. */
  notesFor: NotesFor = (_, annotations) => annotations;
  /** Where the page was before one panel was shown alone. */
  scrollTop = 0;

  private page: PageHooks = { changeAddress: () => undefined, navigate: () => undefined };
  private now = Date.now();
  private stops: (() => void)[] = [];
  private address: DashboardAddress | null = null;
  private running = false;
  private everyMs: number | null = null;
  private missed = false;
  private chosen = false;
  private expanded: { readonly dashboard: Dashboard; readonly scope: VariableScope } | null = null;
  private stopTimer: () => void = () => undefined;

  constructor(readonly deps: SessionDeps) {
    const { dashboard, meta } = deps;
    this.runner = deps.makeRunner();
    this.syncKey = `dashboard ${dashboard.uid}`;
    this.variables = deps.variables(dashboard);
    const raw = dashboard.time;
    this.store = new Store<SessionState>({
      dashboard,
      saved: dashboard,
      meta,
      raw,
      range: { from: this.now - 6 * 3_600_000, to: this.now },
      timezone: dashboard.timezone === '' ? deps.timezone : dashboard.timezone,
      refresh: dashboard.refresh,
      crosshair: dashboard.graphTooltip,
      ready: false,
      variables: [],
      scope: EMPTY_SCOPE,
      panels: [],
      rows: new Map(),
      annotations: [],
      annotationsOn: new Map(),
      annotationErrors: new Map(),
      annotationsAsked: 0,
      refreshed: 0,
      legends: new Map(),
      busy: false,
      layoutEditing: false,
      dialog: null,
      undo: null,
    });
  }

  get state(): SessionState {
    return this.store.state;
  }

  provideNotes(notesFor: NotesFor): void {
    this.notesFor = notesFor;
  }

  connect(page: PageHooks): void {
    this.page = page;
  }

  /** `quiet`: follows from what was done, and is no step to go back. */
  onAddress(change: AddressChange, quiet = false): void {
    if (change.viewPanel !== undefined && change.viewPanel !== '') this.scrollTop = window.scrollY;
    this.page.changeAddress(change, quiet);
  }

  onNavigate(to: string): void {
    this.page.navigate(to);
  }

  /** May be called again after stop. */
  start(address: DashboardAddress): void {
    this.running = true;
    this.address = address;
    this.readTime(address);
    this.startVariables(address.variables);
    const hidden = () => {
      if (document.hidden || !this.missed) return;
      this.missed = false;
      this.refresh();
    };
    document.addEventListener('visibilitychange', hidden);
    const busy = setInterval(() => this.store.set({ busy: this.runner.busy }), BUSY_MS);
    this.stops.push(
      () => document.removeEventListener('visibilitychange', hidden),
      () => clearInterval(busy),
    );
  }

  stop(): void {
    this.running = false;
    for (const stop of this.stops) stop();
    this.stops = [];
    this.stopTimer();
    this.everyMs = null;
    this.variables.stop();
    this.runner.stop();
    this.expanded = null;
  }

  /** The address changed, by us or because someone went back. */
  setAddress(address: DashboardAddress): void {
    if (!this.running) return;
    const before = this.address;
    this.address = address;
    this.readTime(address);
    if (before === null || address.variables.toString() !== before.variables.toString()) {
      if (address.variables.toString() !== this.variables.params().toString()) {
        this.variables.setParams(address.variables);
      }
    }
  }

  /** Key of the panel that is shown alone; "": all are. */
  get viewed(): string {
    return this.address?.viewPanel ?? '';
  }

  get kiosk(): Kiosk {
    return this.address?.kiosk ?? 'off';
  }

  get timeContext(): TimeContext {
    const { dashboard, timezone } = this.state;
    return {
      now: this.now,
      timezone,
      fiscalYearStartMonth: dashboard.fiscalYearStartMonth,
      weekStart: dashboard.weekStart,
    };
  }

  refresh(): void {
    this.runner.refresh();
    this.now = this.runner.now;
    this.store.set({
      range: resolveRange(this.state.raw, this.timeContext),
      refreshed: this.state.refreshed + 1,
    });
    this.variables.setRange(this.state.raw, this.timeContext);
  }

  setRange(raw: RawRange): void {
    this.onAddress({ range: raw });
  }

  zoomTo(from: number, to: number): void {
    if (to - from < 1) return;
    this.setRange({ from: String(Math.round(from)), to: String(Math.round(to)) });
  }

  zoomOut(): void {
    this.setRange(zoomOut(this.state.range, Date.now()));
  }

  shift(direction: -1 | 1): void {
    this.setRange(shiftRange(this.state.range, direction, Date.now()));
  }

  makeAbsolute(): void {
    const { from, to } = this.state.range;
    this.setRange({ from: String(from), to: String(to) });
  }

  toggleRow(key: string, open: boolean): void {
    this.store.set({ rows: new Map(this.state.rows).set(key, open) });
  }

  setAllRows(open: boolean): void {
    const keys = this.state.panels.filter(({ type }) => type === 'row').map(panelKey);
    this.store.set({ rows: new Map(keys.map((key) => [key, open])) });
  }

  isRowOpen(row: Panel): boolean {
    return this.state.rows.get(panelKey(row)) ?? !row.collapsed;
  }

  toggleAnnotations(name: string, on: boolean): void {
    this.store.set({ annotationsOn: new Map(this.state.annotationsOn).set(name, on) });
  }

  cycleCrosshair(): void {
    const next = { 0: 1, 1: 2, 2: 0 } as const;
    this.store.set({ crosshair: next[this.state.crosshair] });
  }

  open(dialog: OpenDialog): void {
    this.store.set({ dialog });
  }

  /** A change of the dashboard that is not saved yet; with words it can be taken back at once. */
  edit(change: (dashboard: Dashboard) => Dashboard, undoWords = ''): void {
    const before = this.state.dashboard;
    const dashboard = change(before);
    if (dashboard === before) return;
    const undo = undoWords === '' ? null : { words: undoWords, before };
    this.store.set({ dashboard, undo });
    if (dashboard.variables !== before.variables) this.restartVariables(dashboard);
    else this.onVariables();
  }

  takeBack(): void {
    const { undo } = this.state;
    if (undo === null) return;
    this.edit(() => undo.before);
    this.store.set({ undo: null });
  }

  discard(): void {
    this.edit(() => this.state.saved);
    this.store.set({ undo: null });
  }

  /** The server has taken what is shown. */
  markSaved(dashboard: Dashboard, meta: DashboardMeta): void {
    this.store.set({ dashboard, saved: dashboard, meta, undo: null });
    this.onVariables();
  }

  findPanel(key: string): Panel | undefined {
    return findPanel(this.state.panels, key);
  }

  duplicatePanel(panel: Panel): void {
    this.edit((dashboard) => duplicatePanel(dashboard, panel.id), `Duplicated “${panel.title}”`);
  }

  private readTime(address: DashboardAddress): void {
    const { dashboard } = this.state;
    const raw = address.range ?? dashboard.time;
    const own = dashboard.timezone === '' ? this.deps.timezone : dashboard.timezone;
    const timezone = address.timezone ?? own;
    const refresh = address.refresh ?? dashboard.refresh;
    const before = this.state;
    const moved = raw.from !== before.raw.from || raw.to !== before.raw.to;
    if (moved || timezone !== before.timezone) this.now = Date.now();
    this.store.set({ raw: moved ? raw : before.raw, timezone, refresh });
    const range = resolveRange(this.state.raw, this.timeContext);
    if (range.from !== this.state.range.from || range.to !== this.state.range.to) {
      this.store.set({ range });
    }
    this.armRefresh();
    if (moved || timezone !== before.timezone) {
      this.variables.setRange(this.state.raw, this.timeContext);
      this.pushContext();
    }
  }

  /** One timer for all; it rests while the page is hidden, and catches up once it is seen. */
  private armRefresh(): void {
    const { refresh, range } = this.state;
    const { frozen, token } = this.deps;
    // A snapshot does not change; a public page does.
    const wanted =
      frozen && token === null
        ? null
        : refreshMs(refresh, range.to - range.from, this.deps.leastRefresh);
    if (wanted === this.everyMs) return;
    this.everyMs = wanted;
    this.missed = false;
    this.stopTimer();
    if (wanted === null) return;
    const timer = setInterval(() => this.onTimer(), wanted);
    this.stopTimer = () => clearInterval(timer);
  }

  private onTimer(): void {
    if (!isRelative(this.state.raw)) return;
    if (document.hidden) this.missed = true;
    else this.refresh();
  }

  private startVariables(params: URLSearchParams): void {
    this.stops.push(this.variables.subscribe(() => this.onVariables()));
    this.variables.start(params, this.state.raw, this.timeContext);
    this.onVariables();
  }

  private restartVariables(dashboard: Dashboard): void {
    const params = this.variables.params();
    this.variables.stop();
    this.variables = this.deps.variables(dashboard);
    this.startVariables(params);
  }

  /** What the person chooses is a step to go back; what follows from it is not. */
  choose(name: string, values: readonly string[]): void {
    this.chosen = true;
    this.variables.select(name, values);
  }

  setFilters(name: string, filters: readonly AdhocFilter[]): void {
    this.chosen = true;
    this.variables.setFilters(name, filters);
  }

  private onVariables(): void {
    const { views, scope, ready } = this.variables.now();
    this.store.set({ variables: views });
    if (!ready) return;
    const { dashboard } = this.state;
    if (this.expanded?.dashboard !== dashboard || this.expanded.scope !== scope) {
      this.expanded = { dashboard, scope };
      this.store.set({ scope, panels: expandRepeats(dashboard, scope), ready: true });
    }
    this.pushContext();
    const params = this.variables.params();
    if (params.toString() !== this.address?.variables.toString()) {
      const quiet = !this.chosen;
      this.chosen = false;
      this.onAddress({ variables: params }, quiet);
    }
  }

  queryContext(): QueryContext {
    const { scope, raw, panels } = this.state;
    return {
      scope,
      sources: this.deps.sources,
      raw,
      time: this.timeContext,
      filter: this.variables.addFilters,
      panelById: (id) => {
        for (const panel of panels) {
          const found = [panel, ...panel.panels].find((one) => one.id === id);
          if (found !== undefined) return found;
        }
        return undefined;
      },
    };
  }

  private pushContext(): void {
    if (this.variables.now().ready) this.runner.setContext(this.queryContext());
  }
}
