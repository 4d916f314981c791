// Mute timings as the form has them: lists as text, times as `08:00-17:00`.

import type { MuteTiming, TimeInterval } from '../../../api/grafana/contacts';
import { newKey } from './draft';

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

export interface IntervalDraft {
  readonly key: number;
  readonly times: string;
  readonly weekdays: string;
  readonly days: string;
  readonly months: string;
  readonly years: string;
  readonly location: string;
}

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

export const emptyInterval = (): IntervalDraft => ({
  key: newKey(),
  times: '',
  weekdays: '',
  days: '',
  months: '',
  years: '',
  location: '',
});

export function intervalsOf(timing: MuteTiming): IntervalDraft[] {
  return timing.time_intervals.map((one) => ({
    key: newKey(),
    times: one.times.map((time) => `${time.start_time}-${time.end_time}`).join(', '),
    weekdays: one.weekdays.join(', '),
    days: one.days_of_month.join(', '),
    months: one.months.join(', '),
    years: one.years.join(', '),
    location: one.location ?? '',
  }));
}

const TIME = /^([01]\d|2[0-4]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)$/;

export function intervalProblem(one: IntervalDraft): string | null {
  for (const word of words(one.times)) {
    const match = TIME.exec(word);
    if (match === null) return 'Times such as 08:00-17:00';
    const [start, end] = word.split('-').map((part) => part.trim());
    if ((start ?? '') >= (end ?? '')) return 'A night is two: 22:00-24:00, 00:00-06:00';
  }
  return null;
}

type Stored = { [K in keyof TimeInterval]?: TimeInterval[K] };

/** What is empty is left out: it means always. */
export function storedInterval(one: IntervalDraft): Stored {
  const times = words(one.times).map((word) => {
    const [start = '', end = ''] = word.split('-').map((part) => part.trim());
    return { start_time: start, end_time: end };
  });
  const lists = {
    weekdays: words(one.weekdays.toLowerCase()),
    days_of_month: words(one.days),
    months: words(one.months.toLowerCase()),
    years: words(one.years),
  };
  return {
    ...(times.length === 0 ? {} : { times }),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(one.location.trim() === '' ? {} : { location: one.location.trim() }),
  };
}

/** `monday:friday` and single days, as seven that are on or off. */
export function weekdaysOn(text: string): ReadonlySet<string> {
  const on = new Set<string>();
  for (const word of words(text.toLowerCase())) {
    const [from, to = from] = word.split(':');
    const start = WEEKDAYS.findIndex((day) => day === from);
    const end = WEEKDAYS.findIndex((day) => day === to);
    if (start < 0 || end < 0) continue;
    for (let i = start; i <= end; i++) on.add(WEEKDAYS[i] ?? '');
  }
  return on;
}

export function withWeekday(text: string, day: string, on: boolean): string {
  const days = new Set(weekdaysOn(text));
  if (on) days.add(day);
  else days.delete(day);
  return WEEKDAYS.filter((one) => days.has(one)).join(', ');
}

/** In a few words, for a list. */
export function intervalWords(one: IntervalDraft): string {
  const parts = [one.times, one.weekdays, one.days, one.months, one.years].filter(
    (part) => part !== '',
  );
  const when = parts.length === 0 ? 'always' : parts.join(' · ');
  return one.location === '' ? when : `${when} (${one.location})`;
}
