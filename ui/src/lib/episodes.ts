// Episodes of alerts as pieces of a bar, from 0 to 100 per cent of the time shown.

export interface EpisodeTimes {
  readonly pendingAt: number | null;
  readonly firedAt: number | null;
  readonly endedAt: number | null;
}

export interface BarPiece {
  readonly kind: 'pending' | 'firing';
  readonly left: number;
  readonly width: number;
}

/** Thinner than this would not be seen. */
const LEAST = 0.25;

export function barPieces(
  episodes: readonly EpisodeTimes[],
  startMs: number,
  endMs: number,
): BarPiece[] {
  const span = Math.max(1, endMs - startMs);
  const share = (ms: number) => Math.min(100, Math.max(0, ((ms - startMs) / span) * 100));
  const pieces: BarPiece[] = [];
  const put = (kind: BarPiece['kind'], from: number, to: number) => {
    const left = Math.min(share(from), 100 - LEAST);
    pieces.push({ kind, left, width: Math.max(LEAST, share(to) - left) });
  };
  for (const { pendingAt, firedAt, endedAt } of episodes) {
    const from = pendingAt ?? startMs;
    const to = endedAt ?? endMs;
    if (firedAt === null) put('pending', from, to);
    else {
      if (firedAt > from) put('pending', from, firedAt);
      put('firing', firedAt, to);
    }
  }
  return pieces;
}

/** Round moments for a time axis of about this many marks. */
export function axisTicks(startMs: number, endMs: number, wanted: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200];
  const least = (endMs - startMs) / wanted / 60_000;
  const step = (steps.find((minutes) => minutes >= least) ?? 43_200) * 60_000;
  const shift = new Date(endMs).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil((startMs - shift) / step) * step + shift; at <= endMs; at += step) {
    ticks.push(at);
  }
  return ticks;
}
