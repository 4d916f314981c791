// Queries of many panels as few requests: equal ones are asked once, at most eight go in one
// request, requests are of one time range. Knows nothing of panels' states; see `runner.ts`.

import type { Frame, TimeRangeMs } from '../frame';
import type { JsonObject } from '../model';
import type { RefResult } from './decode';
import type { QueryBody } from './request';

export const MAX_QUERIES = 8;

export interface RequestBody extends JsonObject {
  readonly from: string;
  readonly to: string;
  readonly queries: readonly QueryBody[];
}

/** One thing to ask: a query, or all those of a panel whose queries refer to each other. */
export interface Job {
  /** Equal jobs have equal keys. */
  readonly key: string;
  readonly range: TimeRangeMs;
  readonly queries: readonly QueryBody[];
}

/** Keys in order, so that two queries that say the same are the same. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, canonical(one)]),
  );
}

export function jobsOf(
  queries: readonly QueryBody[],
  range: TimeRangeMs,
  together: boolean,
): readonly Job[] {
  if (queries.length === 0) return [];
  const times = `${range.from}/${range.to}`;
  const key = (body: unknown) => `${times}${JSON.stringify(canonical(body))}`;
  if (together) return [{ key: key(queries), range, queries }];
  return queries.map((query) => ({
    // Another name does not make another query.
    key: key({ ...query, refId: '' }),
    range,
    queries: [query],
  }));
}

export interface Batch {
  readonly body: RequestBody;
  /** Name in the request → whose it is, and its name there. */
  readonly origin: ReadonlyMap<string, { readonly key: string; readonly refId: string }>;
}

function bodyOf(range: TimeRangeMs, queries: readonly QueryBody[]): RequestBody {
  return { from: String(range.from), to: String(range.to), queries };
}

/** Jobs in order of their wish; those that go together are a request of their own. */
export function batchesOf(jobs: readonly Job[]): readonly Batch[] {
  const batches: Batch[] = [];
  const open = new Map<string, Job[]>();
  const close = (group: readonly Job[]) => {
    const origin = new Map<string, { key: string; refId: string }>();
    const queries: QueryBody[] = [];
    for (const {
      key,
      queries: [query],
    } of group) {
      if (query === undefined) continue;
      const name = origin.has(query.refId) ? freshName(origin) : query.refId;
      origin.set(name, { key, refId: query.refId });
      queries.push({ ...query, refId: name });
    }
    const range = group[0]?.range;
    if (range !== undefined) batches.push({ body: bodyOf(range, queries), origin });
  };
  for (const job of jobs) {
    if (job.queries.length > 1) {
      const origin = new Map(
        job.queries.map(({ refId }) => [refId, { key: job.key, refId }] as const),
      );
      batches.push({ body: bodyOf(job.range, job.queries), origin });
      continue;
    }
    const times = `${job.range.from}/${job.range.to}`;
    const group = open.get(times) ?? [];
    group.push(job);
    open.set(times, group);
    if (group.length === MAX_QUERIES) {
      open.delete(times);
      close(group);
    }
  }
  for (const group of open.values()) close(group);
  return batches;
}

function freshName(taken: ReadonlyMap<string, unknown>): string {
  let index = taken.size;
  while (taken.has(`Q${index}`)) index++;
  return `Q${index}`;
}

function renameFrame(frame: Frame, refId: string): Frame {
  return frame.refId === refId ? frame : { ...frame, refId };
}

/** The same result under the name that it has in a panel. */
export function renameResult(result: RefResult, refId: string): RefResult {
  if (result.refId === refId) return result;
  return { ...result, refId, frames: result.frames.map((frame) => renameFrame(frame, refId)) };
}
