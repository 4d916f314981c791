// Parts of a whole as angles.

export interface SliceInput {
  readonly name: string;
  readonly value: number;
}

export interface Slice extends SliceInput {
  readonly index: number;
  readonly share: number;
  /** Degrees clockwise from the top. */
  readonly from: number;
  readonly to: number;
}

/** What is no number, nought or less has no part of the whole. */
export function slicesOf(
  inputs: readonly SliceInput[],
  hidden: ReadonlySet<string>,
  sort: 'desc' | 'asc' | 'none',
): readonly Slice[] {
  const kept = inputs
    .map((one, index) => ({ ...one, index }))
    .filter((one) => one.value > 0 && Number.isFinite(one.value) && !hidden.has(one.name));
  if (sort !== 'none')
    kept.sort((a, b) => (sort === 'desc' ? b.value - a.value : a.value - b.value));
  const total = kept.reduce((sum, one) => sum + one.value, 0);
  let angle = 0;
  return kept.map((one) => {
    const share = one.value / total;
    const from = angle;
    angle += share * 360;
    return { ...one, share, from, to: angle };
  });
}

/** `42%`, `0.3%`: enough digits to be something. */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : Number(percent.toPrecision(2))}%`;
}
