// How far a pending alert has come on its way to firing.

export interface ForProgress {
  /** 0 to 1. */
  readonly share: number;
  /** When it fires if nothing changes. */
  readonly firesAt: number;
}

export function forProgress(
  activeAt: number | null,
  forSeconds: number,
  now: number,
): ForProgress | null {
  if (activeAt === null || forSeconds <= 0) return null;
  const whole = forSeconds * 1000;
  const share = Math.min(1, Math.max(0, (now - activeAt) / whole));
  return { share, firesAt: activeAt + whole };
}
