// Sends batches, a few at a time, and gives each job its results. A request whose jobs nobody wants
// any more is cancelled; one that the network lost is sent again a few times, later each time.

import { batchesOf, renameResult, type Batch, type Job, type RequestBody } from './batch';
import { decodeResults, type RefResult } from './decode';

export type SendResult =
  /** Any answer with results in it, whatever its status. */
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  /** Nothing came back: worth another try. */
  | { readonly kind: 'network'; readonly message: string };

/** One request to /api/ds/query. Must not throw but for a cancelled signal. */
export type Send = (body: RequestBody, signal: AbortSignal) => Promise<SendResult>;

export interface Timers {
  readonly now: () => number;
  /** Gives back what takes it off again. */
  readonly after: (ms: number, run: () => void) => () => void;
}

export const REAL_TIMERS: Timers = {
  now: () => Date.now(),
  after: (ms, run) => {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
};

export interface JobOutcome {
  /** By refId within the job. */
  readonly results: ReadonlyMap<string, RefResult>;
  /** Of the request as a whole: then there are no results. */
  readonly failure: string | null;
}

type Done = (outcome: JobOutcome) => void;

interface Running {
  readonly batch: Batch;
  readonly abort: AbortController;
  /** Jobs of this request that are still wanted. */
  readonly wanted: Set<string>;
  cancelWait: (() => void) | null;
}

export const MAX_REQUESTS = 4;
const TRIES = 3;
const FIRST_WAIT_MS = 1000;

export class RequestPool {
  private readonly waiting = new Map<string, Job>();
  private readonly listeners = new Map<string, Set<Done>>();
  private readonly running = new Set<Running>();
  private queue: Batch[] = [];
  private flushing = false;

  constructor(
    private readonly send: Send,
    private readonly timers: Timers,
  ) {}

  /** Asks for a job, or joins the one that is under way. Gives back what takes the wish off. */
  ask(job: Job, done: Done): () => void {
    const there = this.listeners.get(job.key);
    if (there === undefined) {
      this.listeners.set(job.key, new Set([done]));
      this.waiting.set(job.key, job);
      this.flushSoon();
    } else {
      there.add(done);
    }
    return () => this.forget(job.key, done);
  }

  /** Jobs that are asked in one turn go together. */
  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.queue.push(...batchesOf([...this.waiting.values()]));
      this.waiting.clear();
      this.pump();
    });
  }

  private pump(): void {
    while (this.running.size < MAX_REQUESTS) {
      const batch = this.queue.shift();
      if (batch === undefined) return;
      const wanted = new Set([...batch.origin.values()].map(({ key }) => key));
      for (const key of wanted) if (!this.listeners.has(key)) wanted.delete(key);
      if (wanted.size === 0) continue;
      const run = { batch: wantedPart(batch, wanted), abort: new AbortController(), wanted };
      const running: Running = { ...run, cancelWait: null };
      this.running.add(running);
      void this.attempt(running, 1);
    }
  }

  private async attempt(running: Running, count: number): Promise<void> {
    let result: SendResult;
    try {
      result = await this.send(running.batch.body, running.abort.signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      result = { kind: 'network', message };
    }
    if (running.abort.signal.aborted) return;
    if (result.kind === 'network' && count < TRIES) {
      running.cancelWait = this.timers.after(FIRST_WAIT_MS * 2 ** (count - 1), () => {
        running.cancelWait = null;
        void this.attempt(running, count + 1);
      });
      return;
    }
    this.running.delete(running);
    this.deliver(running, result);
    this.pump();
  }

  private deliver(running: Running, result: SendResult): void {
    const outcomes = new Map<string, Map<string, RefResult>>();
    for (const key of running.wanted) outcomes.set(key, new Map());
    if (result.kind === 'answer') {
      const decoded = decodeResults(result.body);
      for (const [name, { key, refId }] of running.batch.origin) {
        const found = decoded.get(name);
        if (found !== undefined) outcomes.get(key)?.set(refId, renameResult(found, refId));
      }
    }
    const failure = result.kind === 'answer' ? null : result.message;
    for (const [key, results] of outcomes) {
      const listeners = this.listeners.get(key);
      this.listeners.delete(key);
      for (const done of listeners ?? []) done({ results, failure });
    }
  }

  private forget(key: string, done: Done): void {
    const listeners = this.listeners.get(key);
    if (listeners === undefined || !listeners.delete(done) || listeners.size > 0) return;
    this.listeners.delete(key);
    this.waiting.delete(key);
    for (const running of this.running) {
      if (!running.wanted.delete(key) || running.wanted.size > 0) continue;
      running.cancelWait?.();
      running.abort.abort();
      this.running.delete(running);
    }
    this.pump();
  }
}

/** Leaves out what nobody waits for any more. */
function wantedPart(batch: Batch, wanted: ReadonlySet<string>): Batch {
  const origin = new Map([...batch.origin].filter(([, { key }]) => wanted.has(key)));
  const queries = batch.body.queries.filter(({ refId }) => origin.has(refId));
  return { origin, body: { ...batch.body, queries } };
}
