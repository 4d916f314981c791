// Start, duration and end of a silence hang together: changing one moves another, never two.

import { formatDateTime, formatDuration, parseDateTime, parseDuration } from './time';

export interface SilenceTimes {
  /** As typed. An empty start is now. */
  readonly start: string;
  readonly duration: string;
  readonly end: string;
}

export interface ReadTimes {
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly errors: {
    readonly start: string | null;
    readonly duration: string | null;
    readonly end: string | null;
  };
}

export const DURATIONS = ['30m', '1h', '2h', '4h', '12h', '1d', '3d', '1w'] as const;

const MINUTE = 60_000;

/** Whole minutes read better than what is left after seconds. */
function spell(ms: number): string {
  return formatDuration(ms >= MINUTE ? Math.round(ms / MINUTE) * MINUTE : Math.max(1000, ms));
}

export function timesFor(startMs: number | null, durationMs: number, now: number): SilenceTimes {
  const from = startMs ?? now;
  return {
    start: startMs === null ? '' : formatDateTime(seconds(startMs)),
    duration: spell(durationMs),
    end: formatDateTime(seconds(from + durationMs)),
  };
}

const seconds = (ms: number): number => Math.round(ms / 1000) * 1000;

/** A new duration, or a new start, moves the end. */
export function withDuration(times: SilenceTimes, duration: string, now: number): SilenceTimes {
  const start = startOf(times, now);
  const ms = parseDuration(duration);
  return {
    ...times,
    duration,
    ...(start === null || ms === null ? {} : { end: formatDateTime(seconds(start + ms)) }),
  };
}

export function withStart(times: SilenceTimes, start: string, now: number): SilenceTimes {
  return withDuration({ ...times, start }, times.duration, now);
}

/** A new end changes the duration. */
export function withEnd(times: SilenceTimes, end: string, now: number): SilenceTimes {
  const start = startOf(times, now);
  const ms = parseDateTime(end);
  if (start === null || ms === null || ms <= start) return { ...times, end };
  return { ...times, end, duration: spell(ms - start) };
}

function startOf(times: SilenceTimes, now: number): number | null {
  return times.start.trim() === '' ? now : parseDateTime(times.start);
}

export function readTimes(times: SilenceTimes, now: number): ReadTimes {
  const startsAt = startOf(times, now);
  const duration = parseDuration(times.duration);
  // While it starts now, its duration holds and its end moves along.
  const endsAt =
    times.start.trim() === '' && duration !== null ? now + duration : parseDateTime(times.end);
  const form = 'A date and time, as 2026-11-21 14:00';
  let end: string | null = null;
  if (endsAt === null) end = form;
  else if (startsAt !== null && endsAt <= startsAt) end = 'Must be after the start';
  else if (endsAt <= now) end = 'Is in the past';
  return {
    startsAt,
    endsAt,
    errors: {
      start: startsAt === null ? form : null,
      duration: duration === null ? 'A duration, such as 2h or 1d' : null,
      end,
    },
  };
}
