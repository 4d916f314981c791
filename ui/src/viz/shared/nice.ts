const NICE = [1, 2, 2.5, 5, 10];

/** The next round number: 1, 2, 2.5, 5, 10, 20, …. */
export function niceSize(rough: number): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return (NICE.find((one) => one * power >= rough * 0.999) ?? 10) * power;
}
