// What texts of a dashboard may refer to beside its variables: its range, itself, who looks at it.

import type { TimeRangeMs } from '../frame';
import type { RawRange } from '../time';
import { plainValue, type ScopeValue, type VariableScope } from './interpolate';

export interface ScopeInput {
  readonly variables: ReadonlyMap<string, ScopeValue>;
  readonly range: TimeRangeMs;
  readonly raw: RawRange;
  readonly timezone: string;
  readonly dashboard: { readonly uid: string; readonly title: string };
  readonly user: { readonly id: number; readonly login: string; readonly email: string };
  readonly org: { readonly id: number; readonly name: string };
}

function zoneName(timezone: string): string {
  if (timezone !== '' && timezone !== 'browser') return timezone;
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function builtins(input: ScopeInput): ReadonlyMap<string, ScopeValue> {
  const { range, raw, dashboard, user, org } = input;
  const ms = Math.round(range.to - range.from);
  const seconds = Math.round(ms / 1000);
  const from = encodeURIComponent(raw.from);
  const to = encodeURIComponent(raw.to);
  return new Map([
    ['__from', plainValue(String(range.from))],
    ['__to', plainValue(String(range.to))],
    ['__range', plainValue(`${seconds}s`)],
    ['__range_s', plainValue(String(seconds))],
    ['__range_ms', plainValue(String(ms))],
    ['__timezone', plainValue(zoneName(input.timezone))],
    ['timezone', plainValue(zoneName(input.timezone))],
    ['__dashboard', plainValue(dashboard.title, dashboard.title, dashboard)],
    ['__user', plainValue(user.login, user.login, user)],
    ['__org', plainValue(String(org.id), org.name, org)],
    ['__url_time_range', plainValue(`from=${from}&to=${to}`)],
  ]);
}

export function dashboardScope(input: ScopeInput): VariableScope {
  const own = builtins(input);
  return {
    // A variable of the dashboard hides nothing that begins with two underscores.
    get: (name) =>
      name.startsWith('__')
        ? (own.get(name) ?? input.variables.get(name))
        : (input.variables.get(name) ?? own.get(name)),
    names: [...input.variables.keys()],
    timezone: input.timezone,
  };
}
