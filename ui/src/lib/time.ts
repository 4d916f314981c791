// Time is a number of milliseconds since 1970 everywhere; only this file turns it into words.

const UNITS: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** `1h30m`, `90s`, `2w` or a bare number of seconds. Null when it is none of these or not positive. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    const ms = Math.round(Number(trimmed) * 1000);
    return ms > 0 ? ms : null;
  }
  const match =
    /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(
      trimmed,
    );
  if (trimmed === '' || match === null) return null;
  let ms = 0;
  UNITS.forEach(([, size], i) => {
    ms += Number(match[i + 1] ?? 0) * size;
  });
  return ms > 0 ? ms : null;
}

/** The shortest exact form PromQL reads: 5400000 is `1h30m`. Weeks and years only when exact. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  for (const [unit, size] of UNITS.slice(0, 2)) {
    if (ms % size === 0) return `${ms / size}${unit}`;
  }
  let rest = ms;
  let text = '';
  for (const [unit, size] of UNITS.slice(2)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');

/** `2026-11-21 03:40:24` in the person's zone, `.250` added when it is not a whole second. */
export function formatDateTime(ms: number): string {
  const d = new Date(ms);
  const day = `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
  return `${day} ${formatClock(ms)}`;
}

export function formatClock(ms: number): string {
  const d = new Date(ms);
  const millis = d.getMilliseconds();
  const clock = `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
  return millis === 0 ? clock : `${clock}.${pad(millis, 3)}`;
}

/** Reads `2026-11-21 03:40[:24]`, in the person's zone, also with a `T`. */
export function parseDateTime(text: string): number | null {
  const m =
    /^\s*(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?\s*$/.exec(
      text,
    );
  if (m === null) return null;
  const [year, month, day, hour, minute, second] = m
    .slice(1, 7)
    .map((x: string | undefined) => Number(x ?? 0));
  const millis = Number((m[7] ?? '0').padEnd(3, '0'));
  const date = new Date(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, millis);
  const valid = date.getMonth() === (month ?? 1) - 1 && date.getDate() === day;
  return valid && (hour ?? 0) < 24 && (minute ?? 0) < 60 ? date.getTime() : null;
}

/** The form addresses carry: UTC, to the second, as Prometheus writes and reads it. */
export function formatUrlTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** Reads what addresses carry: `2026-11-21 03:40:24` (UTC), RFC 3339, or unix seconds. */
export function parseUrlTime(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * 1000);
  const plain = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$/.exec(trimmed);
  const ms = Date.parse(plain === null ? trimmed : `${plain[1] ?? ''}T${plain[2] ?? ''}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** `just now`, `12 s ago`, `2 min ago`, `3 h ago`, `5 d ago`; `in 8 s` for what is to come. */
export function formatRelative(ms: number, now: number): string {
  const seconds = (now - ms) / 1000;
  const size = Math.abs(seconds);
  if (size < 1) return 'just now';
  const text =
    size < 90
      ? `${Math.floor(size)} s`
      : size < 5400
        ? `${Math.floor(size / 60)} min`
        : size < 172_800
          ? `${Math.floor(size / 3600)} h`
          : `${Math.floor(size / 86_400)} d`;
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

/** How long something took: `840 µs`, `12.3 ms`, `2.41 s`, `3 min 20 s`. */
export function formatElapsed(ms: number): string {
  if (ms < 1) return `${Number((ms * 1000).toPrecision(3))} µs`;
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toPrecision(3))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 172_800)
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** `Europe/Berlin, UTC+01:00` for the moment given. */
export function zoneName(ms: number): string {
  const offset = -new Date(ms).getTimezoneOffset();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (offset === 0) return zone === 'UTC' ? 'UTC' : `${zone}, UTC`;
  const size = Math.abs(offset);
  return `${zone}, UTC${offset < 0 ? '−' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Labels under a time axis: the clock, and the day on a second line where it first appears. */
export function formatTimeTicks(ticks: readonly number[], stepMs: number): string[] {
  let lastDay = '';
  return ticks.map((ms) => {
    const d = new Date(ms);
    const day = `${d.getDate()} ${MONTHS[d.getMonth()] ?? ''}`;
    const year = stepMs >= 28 * 86_400_000 ? ` ${d.getFullYear()}` : '';
    if (stepMs >= 86_400_000) return day + year;
    const clock =
      stepMs < 1000
        ? `${pad(d.getMinutes())}:${pad(d.getSeconds())}.${pad(d.getMilliseconds(), 3)}`
        : stepMs < 60_000
          ? `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`
          : `${pad(d.getHours())}:${pad(d.getMinutes())}`;
    const text = day === lastDay ? clock : `${clock}\n${day}`;
    lastDay = day;
    return text;
  });
}
