// Range, refresh and time zone in the address, spelt as Grafana spells them. Texts stay as they
// came: a relative range stays relative, whoever shares it.

import type { RawRange } from '../../dash/time';

export interface TimeInUrl {
  /** Null: the dashboard's own. */
  readonly range: RawRange | null;
  /** Null: the dashboard's own; "": off. */
  readonly refresh: string | null;
  /** Null: the dashboard's own. */
  readonly timezone: string | null;
}

const MATH = /^now(\s*[+-]\s*\d*[a-zA-Z]+|\/[a-zA-Z]+)*$/;

function isMoment(text: string | null): text is string {
  if (text === null) return false;
  return (
    MATH.test(text) || /^\d{9,}$/.test(text) || /^\d{4}-?\d{2}-?\d{2}([T ].*)?$/.test(text.trim())
  );
}

/** `time=<middle>&time.window=<ms>` centres a range on a moment: links of alerts have it. */
function centred(params: URLSearchParams): RawRange | null {
  const time = params.get('time');
  const middle = Number(time);
  if (time === null || !Number.isFinite(middle)) return null;
  const width = Number(params.get('time.window') ?? 10_000);
  if (!Number.isFinite(width) || width <= 0) return null;
  return { from: String(middle - width / 2), to: String(middle + width / 2) };
}

export function readTime(params: URLSearchParams): TimeInUrl {
  const [from, to] = [params.get('from'), params.get('to')];
  let range: RawRange | null = null;
  if (isMoment(from) || isMoment(to)) {
    range = { from: isMoment(from) ? from : 'now-6h', to: isMoment(to) ? to : 'now' };
  } else {
    range = centred(params);
  }
  const refresh = params.get('refresh');
  return {
    range,
    refresh: refresh === 'off' || refresh === 'false' ? '' : refresh,
    timezone: params.get('timezone'),
  };
}

export function writeTime(params: URLSearchParams, change: Partial<TimeInUrl>): void {
  if (change.range !== undefined) {
    params.delete('time');
    params.delete('time.window');
    if (change.range === null) {
      params.delete('from');
      params.delete('to');
    } else {
      params.set('from', change.range.from);
      params.set('to', change.range.to);
    }
  }
  if (change.refresh !== undefined) {
    if (change.refresh === null) params.delete('refresh');
    else params.set('refresh', change.refresh);
  }
  if (change.timezone !== undefined) {
    if (change.timezone === null) params.delete('timezone');
    else params.set('timezone', change.timezone);
  }
}
