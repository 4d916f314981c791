// Stretches of the week that a dashboard marks: "Mon 09:00 to Fri 17:00", every day 22:00 to 06:00.

import type { TimeRangeMs } from '../frame';
import type { JsonObject } from '../model';
import { number, text } from '../model/json';
import { fromCalendar, toCalendar, weekday } from '../zone';

const DAY = 86_400_000;
const MOST = 1000;

function clock(raw: string): { readonly hour: number; readonly minute: number } | null {
  const match = /^(\d{1,2}):(\d{2})/.exec(raw.trim());
  if (match === null) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2])];
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}

/** 1 is Monday, 7 Sunday; undefined every day. */
export function timeRegions(region: JsonObject, range: TimeRangeMs, zone: string): TimeRangeMs[] {
  const fromDay = number(region['fromDayOfWeek']);
  const toDay = number(region['toDayOfWeek']) ?? fromDay;
  const start = clock(text(region['from']));
  const end = clock(text(region['to']));
  if (start === null && fromDay === undefined) return [];
  const days = fromDay === undefined || toDay === undefined ? null : (toDay - fromDay + 7) % 7;
  const open = start ?? { hour: 0, minute: 0 };
  const found: TimeRangeMs[] = [];
  const first = range.from - 8 * DAY;
  for (let at = first; at <= range.to + DAY && found.length < MOST; at += DAY) {
    const day = toCalendar(at, zone);
    if (fromDay !== undefined && weekday(day) !== fromDay % 7) continue;
    const base = { ...day, second: 0, ms: 0 };
    const from = fromCalendar({ ...base, ...open }, zone);
    const close = end ?? (days === null ? open : { hour: 24, minute: 0 });
    let to = fromCalendar({ ...base, ...close, day: day.day + (days ?? 0) }, zone);
    if (to < from)
      to = fromCalendar({ ...base, ...close, day: day.day + (days === null ? 1 : 7) }, zone);
    if (to >= range.from && from <= range.to) found.push({ from, to });
  }
  return found;
}
