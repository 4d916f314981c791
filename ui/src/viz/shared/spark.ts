// The outline of a sparkline.

export interface SparkBox {
  readonly width: number;
  readonly height: number;
  readonly pad: number;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

interface Point {
  readonly x: number;
  readonly y: number | null;
}

/** At most two points a pixel, least and greatest. */
function thin(points: readonly Point[], slots: number): readonly Point[] {
  if (points.length <= slots * 3) return points;
  const out: Point[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const part = points.slice(
      Math.floor((slot * points.length) / slots),
      Math.floor(((slot + 1) * points.length) / slots),
    );
    const known = part.filter((one) => one.y !== null);
    if (known.length === 0) {
      out.push(...part.slice(0, 1));
      continue;
    }
    const sorted = [...known].sort((a, b) => (a.y ?? 0) - (b.y ?? 0));
    const pair = [sorted[0], sorted[sorted.length - 1]].filter((one) => one !== undefined);
    out.push(...pair.sort((a, b) => a.x - b.x));
  }
  return out;
}

const round = (n: number): string => String(Number(n.toFixed(1)));

export function sparkPaths(
  values: readonly (number | null)[],
  times: readonly number[] | undefined,
  box: SparkBox,
): { line: string; area: string } {
  const known = values.filter((one) => one !== null && Number.isFinite(one));
  const low = box.min ?? known.reduce<number>((a, b) => Math.min(a, b ?? a), Infinity);
  const high = box.max ?? known.reduce<number>((a, b) => Math.max(a, b ?? a), -Infinity);
  if (known.length === 0 || !Number.isFinite(low)) return { line: '', area: '' };
  const first = times?.[0] ?? 0;
  const span = (times?.[times.length - 1] ?? values.length - 1) - first;
  const room = box.height - 2 * box.pad;
  const points = values.map((value, i): Point => {
    const share = span > 0 ? ((times?.[i] ?? i) - first) / span : 0;
    if (value === null || !Number.isFinite(value)) return { x: share * box.width, y: null };
    const height = high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : 0.5;
    return { x: share * box.width, y: box.pad + room * (1 - height) };
  });
  let line = '';
  let area = '';
  let run: Point[] = [];
  const end = () => {
    const start = run[0];
    const last = run[run.length - 1];
    if (start === undefined || last === undefined) return;
    const path = run.map((one) => `${round(one.x)} ${round(one.y ?? 0)}`).join('L');
    line += run.length === 1 ? `M${path}h1` : `M${path}`;
    area += `M${round(start.x)} ${box.height}L${path}L${round(last.x)} ${box.height}Z`;
    run = [];
  };
  for (const point of thin(points, Math.max(10, Math.round(box.width)))) {
    if (point.y === null) end();
    else run.push(point);
  }
  end();
  return { line, area };
}
