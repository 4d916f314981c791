// What is marked on a dashboard's time: notes that are stored, moments that an expression finds,
// stretches of the week. Asked for all queries at once; old marks stay until the new ones are there.

import type { Annotation, Frame, TimeRangeMs } from '../frame';
import type { AnnotationQuery, Json, JsonObject } from '../model';
import { asJson, flag, list, number, object, objects, text, texts } from '../model/json';
import { isGrafana } from '../model/sources';
import { parseInterval } from '../time';
import { interpolate } from '../variables/interpolate';
import { decodeResults } from './decode';
import type { Send } from './pool';
import type { QueryContext } from './request';
import { findSource } from './sources';
import { timeRegions } from './timeRegions';

export interface AnnotationSource {
  /** GET /api/annotations; rejects with a sentence. */
  readonly stored: (
    params: Readonly<Record<string, string | readonly string[]>>,
    signal: AbortSignal,
  ) => Promise<unknown>;
  readonly send: Send;
}

export interface AnnotationInput {
  readonly queries: readonly AnnotationQuery[];
  readonly context: QueryContext;
  readonly range: TimeRangeMs;
  readonly dashboardUid: string;
}

export interface AnnotationData {
  readonly annotations: readonly Annotation[];
  /** By the query's name. */
  readonly errors: ReadonlyMap<string, string>;
  readonly loading: boolean;
}

const MOST = 100;
const MAX_POINTS = 11_000;

/** Settings stand on the query itself in old files, under `target` in new ones. */
function setting(query: AnnotationQuery, key: string): Json | undefined {
  return query.raw[key] ?? object(query.raw['target'])[key];
}

function storedParams(
  { raw }: AnnotationQuery,
  { range, dashboardUid, context }: AnnotationInput,
): Record<string, string | readonly string[]> {
  const target = object(raw['target']);
  const times = { from: String(Math.round(range.from)), to: String(Math.round(range.to)) };
  const limit = String(number(target['limit'] ?? raw['limit']) ?? MOST);
  const byTags = (target['type'] ?? raw['type']) === 'tags';
  if (!byTags) return { ...times, limit, dashboardUID: dashboardUid };
  const tags = texts(target['tags'] ?? raw['tags']).flatMap((tag) =>
    // A variable of several values stands for several tags.
    interpolate(tag, context.scope, 'pipe').split('|'),
  );
  const matchAny = flag(target['matchAny'] ?? raw['matchAny']);
  return { ...times, limit, tags, ...(matchAny ? { matchAny: 'true' } : {}), type: 'annotation' };
}

function fromStored(raw: JsonObject, query: AnnotationQuery): Annotation {
  const time = number(raw['time']) ?? 0;
  const end = number(raw['timeEnd']) ?? 0;
  const id = number(raw['id']);
  const panelId = number(raw['panelId']);
  const state = text(raw['newState']);
  const title = text(raw['title'], text(raw['alertName']));
  const words = [title, state].filter((word) => word !== '').join(': ');
  return {
    time,
    timeEnd: Math.max(end, time),
    text: text(raw['text']),
    tags: texts(raw['tags']),
    color: state === '' ? query.iconColor : stateColor(state),
    source: query.name,
    ...(id === undefined ? {} : { id }),
    ...(words === '' ? {} : { title: words }),
    ...(panelId === undefined || panelId === 0 ? {} : { panelId }),
    ...(text(raw['login']) === '' ? {} : { login: text(raw['login']) }),
  };
}

function stateColor(state: string): string {
  const word = state.toLowerCase();
  if (word.startsWith('alerting') || word.startsWith('firing')) return 'red';
  if (word.startsWith('normal') || word === 'ok') return 'green';
  return word.startsWith('pending') ? 'yellow' : 'gray';
}

function fill(format: string, labels: Readonly<Record<string, string>>): string {
  return format.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, name: string) =>
    Object.hasOwn(labels, name) ? (labels[name] ?? '') : '',
  );
}

/** Moments where a series is above zero; those not more than a step apart are one stretch. */
export function marksOf(frame: Frame, query: AnnotationQuery, stepMs: number): Annotation[] {
  const times = frame.fields.find(({ type }) => type === 'time');
  const values = frame.fields.find(({ type }) => type === 'number');
  if (times === undefined || values === undefined) return [];
  const labels = values.labels ?? {};
  const useValue = setting(query, 'useValueForTime');
  const byValue = useValue === true || useValue === 'on';
  const title = fill(text(setting(query, 'titleFormat')), labels);
  const common = {
    ...(title === '' ? { title: query.name } : { title }),
    text: fill(text(setting(query, 'textFormat')), labels),
    tags: text(setting(query, 'tagKeys'))
      .split(',')
      .map((key) => labels[key.trim()] ?? '')
      .filter((tag) => tag !== ''),
    color: query.iconColor,
    source: query.name,
  };
  const marks: Annotation[] = [];
  for (const [i, time] of times.values.entries()) {
    const value = values.values[i];
    if (typeof time !== 'number' || typeof value !== 'number' || !(value > 0)) continue;
    const last = marks.at(-1);
    if (byValue) {
      const at = Math.floor(value);
      if (last?.time !== at) marks.push({ ...common, time: at, timeEnd: at });
    } else if (last !== undefined && time - last.timeEnd <= stepMs) {
      marks[marks.length - 1] = { ...last, timeEnd: time };
    } else {
      marks.push({ ...common, time, timeEnd: time });
    }
  }
  return marks;
}

export class AnnotationRunner {
  private data: AnnotationData = { annotations: [], errors: new Map(), loading: false };
  private abort: AbortController | null = null;
  private readonly listeners = new Set<(data: AnnotationData) => void>();

  constructor(private readonly source: AnnotationSource) {}

  get(): AnnotationData {
    return this.data;
  }

  subscribe(listener: (data: AnnotationData) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  stop(): void {
    this.abort?.abort();
    this.listeners.clear();
  }

  /** Takes the place of a run that is under way. */
  async run(input: AnnotationInput): Promise<void> {
    this.abort?.abort();
    const { signal } = (this.abort = new AbortController());
    this.tell({ ...this.data, loading: true });
    const errors = new Map<string, string>();
    const found = await Promise.all(
      input.queries
        .filter(({ enable }) => enable)
        .map(async (query) => {
          try {
            return await this.ask(query, input, signal);
          } catch (error) {
            errors.set(query.name, error instanceof Error ? error.message : String(error));
            // What this query showed before stays; the error is beside it.
            return this.data.annotations.filter(({ source }) => source === query.name);
          }
        }),
    );
    if (signal.aborted) return;
    const annotations = found.flat().sort((a, b) => a.time - b.time);
    this.tell({ annotations, errors, loading: false });
  }

  private tell(data: AnnotationData): void {
    this.data = data;
    for (const listener of [...this.listeners]) listener(data);
  }

  private async ask(
    query: AnnotationQuery,
    input: AnnotationInput,
    signal: AbortSignal,
  ): Promise<readonly Annotation[]> {
    const target = object(query.raw['target']);
    if (query.builtIn || isGrafana(query.datasource)) {
      if (target['queryType'] === 'timeRegions') return regionMarks(query, input);
      const body = await this.source.stored(storedParams(query, input), signal);
      return objects(asJson(body)).map((one) => fromStored(one, query));
    }
    return this.askExpression(query, input, signal);
  }

  private async askExpression(
    query: AnnotationQuery,
    { context, range }: AnnotationInput,
    signal: AbortSignal,
  ): Promise<readonly Annotation[]> {
    const expr = interpolate(text(setting(query, 'expr')), context.scope, 'promql');
    if (expr.trim() === '') return [];
    const found = findSource(query.datasource, context.sources, context.scope);
    if (found === null) throw new Error('There is no data source to ask.');
    const written = text(setting(query, 'step'), text(setting(query, 'interval')));
    const step = parseInterval(interpolate(written, context.scope)) ?? 60_000;
    const safe = Math.ceil((range.to - range.from) / MAX_POINTS);
    const stepMs = Math.max(step, safe);
    const { uid, type } = found.source;
    const asked: JsonObject & { readonly refId: string } = {
      refId: 'Anno',
      datasource: { type, uid },
      expr,
      range: true,
      instant: false,
      format: 'time_series',
      interval: `${stepMs}ms`,
      intervalMs: stepMs,
      maxDataPoints: MAX_POINTS,
    };
    const body = { from: String(range.from), to: String(range.to), queries: [asked] };
    const answer = await this.source.send(body, signal);
    if (answer.kind !== 'answer') throw new Error(answer.message);
    const result = decodeResults(answer.body).get('Anno');
    if (result === undefined) return [];
    if (result.error !== null) throw new Error(result.error.message);
    return result.frames.flatMap((frame) => marksOf(frame, query, stepMs));
  }
}

function regionMarks(query: AnnotationQuery, { context, range }: AnnotationInput): Annotation[] {
  const region = object(object(query.raw['target'])['timeRegion']);
  const zone = text(region['timezone'], context.time.timezone);
  return timeRegions(region, range, zone).map(({ from, to }) => ({
    time: from,
    timeEnd: to,
    text: query.name,
    tags: [],
    color: query.iconColor,
    source: query.name,
  }));
}

/** Of one panel: queries may name the panels that they are for, stored notes belong to one. */
export function annotationsFor(
  panelId: number,
  annotations: readonly Annotation[],
  queries: readonly AnnotationQuery[],
): readonly Annotation[] {
  const shown = new Map(
    queries.map(({ name, raw }) => {
      const filter = object(raw['filter']);
      const ids = list(filter['ids']).map((id) => number(id));
      const named = ids.includes(panelId);
      return [name, ids.length === 0 || named !== flag(filter['exclude'])] as const;
    }),
  );
  const dashboards = new Set(queries.filter(({ builtIn }) => builtIn).map(({ name }) => name));
  return annotations.filter(
    ({ source, panelId: own }) =>
      shown.get(source) !== false &&
      (own === undefined || own === panelId || !dashboards.has(source)),
  );
}
