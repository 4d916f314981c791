// Things that tests of this folder share: a clock that stands still, a server that answers when it
// is told to.

import type { JsonObject, Panel } from '../model';
import { readPanel } from '../model/panel';
import { EMPTY_SCOPE } from '../variables/interpolate';
import type { RequestBody } from './batch';
import type { Send, SendResult, Timers } from './pool';
import type { QueryContext } from './request';
import type { DataSourceInfo } from './sources';

export class FakeTimers implements Timers {
  private at = 1_000_000_000;
  private waiting: { readonly due: number; readonly run: () => void }[] = [];

  readonly now = () => this.at;

  readonly after = (ms: number, run: () => void) => {
    const one = { due: this.at + ms, run };
    this.waiting.push(one);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== one);
    };
  };

  async pass(ms: number): Promise<void> {
    this.at += ms;
    const due = this.waiting.filter((one) => one.due <= this.at);
    this.waiting = this.waiting.filter((one) => one.due > this.at);
    for (const one of due) one.run();
    await settle();
  }
}

/** Until everything that can go on without an answer has gone on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

export interface Asked {
  readonly body: RequestBody;
  readonly signal: AbortSignal;
  readonly answer: (result: SendResult) => Promise<void>;
  /** Every query's value is this. */
  readonly answerAll: (value: number) => Promise<void>;
}

export function frameOf(refId: string, value: number): JsonObject {
  return {
    schema: { refId, fields: [{ name: 'Value', type: 'number' }] },
    data: { values: [[value]] },
  };
}

export class FakeServer {
  readonly asked: Asked[] = [];

  readonly send: Send = (body, signal) =>
    new Promise((resolve) => {
      const answer = async (result: SendResult) => {
        resolve(result);
        await settle();
      };
      const answerAll = (value: number) => {
        const results = Object.fromEntries(
          body.queries.map(({ refId }) => [refId, { frames: [frameOf(refId, value)], timeMs: 1 }]),
        );
        return answer({ kind: 'answer', body: { results } });
      };
      this.asked.push({ body, signal, answer, answerAll });
    });

  /** The request that came nth. */
  nth(index: number): Asked {
    const one = this.asked[index];
    if (one === undefined) throw new Error(`only ${this.asked.length} requests came`);
    return one;
  }
}

export const SOURCES: readonly DataSourceInfo[] = [
  { uid: 'prom', name: 'Prometheus', type: 'prometheus', isDefault: true, timeInterval: '' },
  { uid: 'slow', name: 'Slow one', type: 'prometheus', isDefault: false, timeInterval: '1m' },
  { uid: 'logs', name: 'Loki', type: 'loki', isDefault: false, timeInterval: '' },
];

export function panelOf(raw: JsonObject): Panel {
  return readPanel({ type: 'timeseries', id: 1, ...raw });
}

export function contextOf(more: Partial<QueryContext> = {}): QueryContext {
  return {
    scope: { ...EMPTY_SCOPE, timezone: 'utc' },
    sources: SOURCES,
    raw: { from: 'now-1h', to: 'now' },
    time: { now: 1_000_000_000, timezone: 'utc' },
    ...more,
  };
}
