// Calendar time in a zone, by Intl alone. A zone is "browser" or "" (the person's own), "utc" in any
// case, or an IANA name; one that Intl does not know counts as the person's own.

export interface Calendar {
  readonly year: number;
  /** 1…12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function make(zone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

function intl(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = make(zone);
    } catch {
      format = make(undefined);
    }
    formats.set(zone, format);
  }
  return format;
}

/** "utc" → "UTC", an IANA name as it is; undefined is the person's own zone. */
export function ianaZone(zone: string): string | undefined {
  const word = zone.trim().toLowerCase();
  if (word === 'utc') return 'UTC';
  if (word === '' || word === 'browser' || word === 'default') return undefined;
  return intl(zone.trim()).resolvedOptions().timeZone;
}

export function toCalendar(ms: number, zone: string): Calendar {
  const date = new Date(ms);
  const name = ianaZone(zone);
  if (name === 'UTC') {
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      ms: date.getUTCMilliseconds(),
    };
  }
  if (name === undefined) {
    return {
      year: date.getFullYear(),
      month: date.getMonth() + 1,
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
      ms: date.getMilliseconds(),
    };
  }
  const found = new Map<string, number>();
  for (const { type, value } of intl(name).formatToParts(date)) found.set(type, Number(value));
  const part = (type: string) => found.get(type) ?? 0;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
    ms: ((ms % 1000) + 1000) % 1000,
  };
}

function asUtc(at: Calendar): number {
  const date = new Date(0);
  date.setUTCFullYear(at.year, at.month - 1, at.day);
  date.setUTCHours(at.hour, at.minute, at.second, at.ms);
  return date.getTime();
}

/** Minutes east of Greenwich. */
export function zoneOffset(ms: number, zone: string): number {
  return Math.round((asUtc(toCalendar(ms, zone)) - ms) / 60_000);
}

/** Fields may overflow (month 13, day 0). A moment that a zone skips becomes the one after. */
export function fromCalendar(at: Calendar, zone: string): number {
  const wanted = asUtc(at);
  if (ianaZone(zone) === 'UTC') return wanted;
  const first = wanted - zoneOffset(wanted, zone) * 60_000;
  const second = wanted - zoneOffset(first, zone) * 60_000;
  if (zoneOffset(second, zone) === zoneOffset(first, zone)) return second;
  return Math.max(first, second);
}

/** 0 is Sunday. */
export function weekday(at: Calendar): number {
  return new Date(asUtc(at)).getUTCDay();
}
