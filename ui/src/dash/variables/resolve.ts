// The variables of a dashboard while it is shown: their options, what is chosen, and what a change
// sets off. Each is asked once and after all that it needs; a change asks again only those whose own
// question became another one. What is under way and no longer wanted is cancelled.

import type { TimeRangeMs } from '../frame';
import type { AdhocFilter, Variable, VariableOption } from '../model';
import { findSource, type DataSourceInfo } from '../query/sources';
import { AUTO, choose, scopeValue, switchOptions, textsOf } from './choice';
import { variableGraph, type VariableGraph } from './graph';
import { interpolate, withValues, type ScopeValue, type VariableScope } from './interpolate';
import { filterByRegex, parsePattern, sortOptions, uniqueOptions } from './options';
import { parseVariableQuery, variableCall, variableValues, type VariableQuery } from './prometheus';
import { chosenInUrl, filterFromUrl, type UrlValues } from './url';
import { jsonValues, splitValues } from '../model/variable';

/** Whoever can ask a data source. Gives `data` of Prometheus' answer; rejects with a sentence. */
export interface VariableSource {
  readonly call: (
    sourceUid: string,
    path: string,
    params: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<unknown>;
}

export interface VariableState {
  readonly variable: Variable;
  /** Without All, which stands apart: see `variable.includeAll`. */
  readonly options: readonly VariableOption[];
  /** Values; `$__all` for All. */
  readonly selected: readonly string[];
  readonly texts: readonly string[];
  readonly filters: readonly AdhocFilter[];
  readonly loading: boolean;
  readonly error: string | null;
}

export interface VariableSnapshot {
  readonly states: readonly VariableState[];
  readonly values: ReadonlyMap<string, ScopeValue>;
  /** Nothing is under way. */
  readonly ready: boolean;
}

export interface EngineInput {
  readonly variables: readonly Variable[];
  readonly source: VariableSource;
  readonly sources: readonly DataSourceInfo[];
  readonly url: UrlValues;
  readonly range: TimeRangeMs;
  /** Dashboard, user and so on, for queries that refer to them. */
  readonly scope: (values: ReadonlyMap<string, ScopeValue>, range: TimeRangeMs) => VariableScope;
}

interface Run {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

interface Question {
  /** Equal questions have equal answers for as long as nobody asks to reload. */
  readonly key: string;
  readonly sourceUid: string;
  readonly query: VariableQuery;
}

const EMPTY_SNAPSHOT: VariableSnapshot = { states: [], values: new Map(), ready: true };

function initialState(variable: Variable, url: UrlValues): VariableState {
  const chosen = chosenInUrl(variable, url);
  const inUrl = url.get(variable.name);
  const filters =
    inUrl === undefined ? variable.filters : inUrl.map(filterFromUrl).filter((one) => one !== null);
  const stored =
    variable.type === 'constant' ||
    (variable.type === 'textbox' && variable.current.value.length === 0)
      ? [variable.query]
      : variable.current.value;
  const wanted = variable.type === 'constant' ? stored : (chosen ?? stored);
  return {
    variable,
    options: variable.options.filter(({ value }) => value !== '$__all'),
    selected: wanted,
    texts: chosen === null ? variable.current.text : wanted,
    filters: variable.type === 'adhoc' ? filters : [],
    loading: false,
    error: null,
  };
}

/** It may change while something is waited for, which the type checker does not know. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

export class VariableEngine {
  private readonly graph: VariableGraph;
  private readonly states = new Map<string, VariableState>();
  private readonly runs = new Map<string, Run>();
  /** The question that the options are the answer of. */
  private readonly answered = new Map<string, string>();
  /** Values that a person gave although they were no options. */
  private readonly custom = new Map<string, Set<string>>();
  private readonly listeners = new Set<() => void>();
  private range: TimeRangeMs;
  private current: VariableSnapshot = EMPTY_SNAPSHOT;
  private stopped = false;

  constructor(private readonly input: EngineInput) {
    this.range = input.range;
    this.graph = variableGraph(input.variables);
    for (const variable of input.variables) {
      this.states.set(variable.name, initialState(variable, input.url));
      const fromUrl = chosenInUrl(variable, input.url);
      if (fromUrl !== null) this.custom.set(variable.name, new Set(fromUrl));
    }
    this.publish();
  }

  /** The same object until something changes. */
  get snapshot(): VariableSnapshot {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Asks for all options; settles when nothing is under way any more. */
  async start(): Promise<void> {
    await this.runAll(this.graph.order, false);
  }

  /** By a person: values that are no options are kept if the variable allows it. */
  async select(name: string, values: readonly string[]): Promise<void> {
    const state = this.states.get(name);
    if (state === undefined) return;
    const custom = values.filter((value) => !state.options.some((one) => one.value === value));
    this.custom.set(name, new Set(custom));
    this.set(name, { selected: values, texts: textsOf(state.options, values) });
    await this.runAll(this.dependants(name), false);
  }

  async setFilters(name: string, filters: readonly AdhocFilter[]): Promise<void> {
    this.set(name, { filters });
    await this.runAll(this.dependants(name), false);
  }

  /** From an address that changed: back and forward, links to the same dashboard. */
  async applyUrl(url: UrlValues): Promise<void> {
    for (const [name, state] of this.states) {
      const { variable } = state;
      const chosen = chosenInUrl(variable, url);
      if (chosen === null || variable.type === 'constant') continue;
      if (variable.type === 'adhoc') {
        const filters = chosen.map(filterFromUrl).filter((one) => one !== null);
        this.set(name, { filters });
      } else {
        this.custom.set(name, new Set(chosen));
        const selected = choose(variable, state.options, chosen, new Set(chosen));
        this.set(name, { selected, texts: textsOf(state.options, selected) });
      }
    }
    await this.runAll(this.graph.order, false);
  }

  /** Variables that say so are asked again, then those whose question changed by it. */
  async setRange(range: TimeRangeMs): Promise<void> {
    this.range = range;
    this.publish();
    await this.runAll(this.graph.order, false);
  }

  async reload(name: string): Promise<void> {
    this.answered.delete(name);
    await this.runAll([name, ...this.dependants(name)], false);
  }

  stop(): void {
    this.stopped = true;
    for (const { abort } of this.runs.values()) abort.abort();
    this.runs.clear();
    this.listeners.clear();
  }

  private dependants(name: string): readonly string[] {
    const found = new Set([name]);
    for (const other of this.graph.order) {
      if ((this.graph.needs.get(other) ?? []).some((need) => found.has(need))) found.add(other);
    }
    found.delete(name);
    return this.graph.order.filter((other) => found.has(other));
  }

  private set(name: string, change: Partial<VariableState>): void {
    const state = this.states.get(name);
    if (state === undefined) return;
    this.states.set(name, { ...state, ...change });
    this.publish();
  }

  private publish(): void {
    if (this.stopped) return;
    const states = [...this.states.values()];
    const values = new Map(
      states.map(({ variable, options, selected, filters }) => [
        variable.name,
        scopeValue(variable, options, selected, filters, this.range),
      ]),
    );
    this.current = { states, values, ready: this.runs.size === 0 };
    for (const listener of [...this.listeners]) listener();
  }

  private async runAll(names: readonly string[], force: boolean): Promise<void> {
    for (const name of names) {
      if (this.stopped) return;
      this.begin(name, force);
    }
    this.publish();
    while (this.runs.size > 0) {
      await Promise.all([...this.runs.values()].map(({ done }) => done));
    }
  }

  /** Takes the place of a run of the same variable that is under way. */
  private begin(name: string, force: boolean): void {
    const state = this.states.get(name);
    if (state === undefined) return;
    this.runs.get(name)?.abort.abort();
    const abort = new AbortController();
    const finish = () => {
      if (this.runs.get(name)?.abort !== abort) return;
      this.runs.delete(name);
      this.publish();
    };
    const done = this.resolve(name, force, abort.signal).finally(finish);
    this.runs.set(name, { abort, done });
  }

  private async resolve(name: string, force: boolean, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    await this.needed(name, signal);
    const state = this.states.get(name);
    if (isAborted(signal) || state === undefined) return;
    const cycle = this.graph.cycles.get(name);
    if (cycle !== undefined) {
      this.set(name, { error: `Variables refer to each other: ${cycle}.`, loading: false });
      return;
    }
    try {
      const options = await this.optionsOf(name, state.variable, force, signal);
      if (isAborted(signal)) return;
      if (options !== null) this.settle(name, options);
      else if (this.states.get(name)?.loading === true) this.set(name, { loading: false });
    } catch (error) {
      if (isAborted(signal)) return;
      this.answered.delete(name);
      const message = error instanceof Error ? error.message : String(error);
      this.set(name, { error: message, loading: false });
    }
  }

  /** What it needs may be begun anew while it waits. */
  private async needed(name: string, signal: AbortSignal): Promise<void> {
    if (this.graph.cycles.has(name)) return;
    for (;;) {
      const waits = (this.graph.needs.get(name) ?? [])
        .map((need) => this.runs.get(need)?.done)
        .filter((done) => done !== undefined);
      if (waits.length === 0 || signal.aborted) return;
      await Promise.all(waits);
    }
  }

  private scope(): VariableScope {
    const scope = this.input.scope(this.current.values, this.range);
    return withValues(scope, { __searchFilter: '.*' });
  }

  private question(variable: Variable): Question | null {
    const scope = this.scope();
    const query = parseVariableQuery(interpolate(variable.query, scope, 'promql'));
    if (query === null) return null;
    const found = findSource(variable.datasource, this.input.sources, scope);
    if (found === null) throw new Error('There is no data source to ask.');
    const sourceUid = found.source.uid;
    const timed = variable.refresh === 2 || query.kind === 'query_result';
    const regex = interpolate(variable.regex, scope, 'regex');
    const key = JSON.stringify([sourceUid, query, regex, timed ? this.range : null]);
    return { key, sourceUid, query };
  }

  /** Null: as they were. */
  private async optionsOf(
    name: string,
    variable: Variable,
    force: boolean,
    signal: AbortSignal,
  ): Promise<readonly VariableOption[] | null> {
    if (variable.type !== 'query') return this.ownOptions(variable);
    const question = this.question(variable);
    if (question === null) return variable.options;
    if (!force && this.answered.get(name) === question.key) return null;
    // "Never": what the file holds, until something that it needs changes.
    if (variable.refresh === 0 && variable.options.length > 0 && !this.answered.has(name)) {
      this.answered.set(name, question.key);
      return variable.options.filter(({ value }) => value !== '$__all');
    }
    this.set(name, { loading: true, error: null });
    const { path, params } = variableCall(question.query, this.range);
    const data = await this.input.source.call(question.sourceUid, path, params, signal);
    if (!isAborted(signal)) this.answered.set(name, question.key);
    return this.shape(variable, variableValues(question.query, data));
  }

  private shape(variable: Variable, values: readonly string[]): readonly VariableOption[] {
    const options = values.map((value) => ({ text: value, value }));
    const pattern = parsePattern(interpolate(variable.regex, this.scope(), 'regex'));
    const to = variable.raw['regexApplyTo'] === 'text' ? 'text' : 'value';
    const matching = pattern === null ? options : filterByRegex(options, pattern, to);
    return sortOptions(uniqueOptions(matching), variable.sort);
  }

  private ownOptions(variable: Variable): readonly VariableOption[] {
    switch (variable.type) {
      case 'custom': {
        const query = interpolate(variable.query, this.scope());
        return variable.raw['valuesFormat'] === 'json' ? jsonValues(query) : splitValues(query);
      }
      case 'interval': {
        const options = splitValues(variable.query.replace(/["']/g, ''));
        return variable.auto ? [{ text: 'auto', value: AUTO }, ...options] : options;
      }
      case 'datasource':
        return this.sourceOptions(variable);
      case 'switch':
        return switchOptions(variable);
      case 'constant':
        return [{ text: variable.query, value: variable.query }];
      default:
        return variable.options;
    }
  }

  private sourceOptions(variable: Variable): readonly VariableOption[] {
    const pattern = parsePattern(interpolate(variable.regex, this.scope(), 'regex'));
    return this.input.sources
      .filter(({ type, name }) => type === variable.query && (pattern?.test(name) ?? true))
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map(({ name, uid }) => ({ text: name, value: uid }));
  }

  private settle(name: string, options: readonly VariableOption[]): void {
    const state = this.states.get(name);
    if (state === undefined) return;
    const custom = this.custom.get(name) ?? new Set();
    const wanted = this.wanted(state);
    const selected = choose(state.variable, options, wanted, custom);
    // What was given as a custom value stays one only while it is no option.
    const left = [...custom].filter((value) => !options.some((one) => one.value === value));
    this.custom.set(name, new Set(left));
    const texts = textsOf(options, selected);
    this.set(name, { options, selected, texts, loading: false, error: null });
  }

  /** "default" and old names of "auto" under the values that they have here. */
  private wanted({ variable, selected }: VariableState): readonly string[] {
    if (variable.type === 'interval') {
      return selected.map((value) => (value.startsWith('$__auto') ? AUTO : value));
    }
    if (variable.type !== 'datasource' || variable.multi) return selected;
    const { sources } = this.input;
    const unset = selected.length === 0 || selected[0] === 'default' || selected[0] === '';
    const preferred = sources.find((one) => one.isDefault && one.type === variable.query);
    if (preferred === undefined || variable.includeAll) return selected;
    const here = sources.some(({ uid, name }) => uid === selected[0] || name === selected[0]);
    return unset || !here ? [preferred.uid] : selected;
  }
}
