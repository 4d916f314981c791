// How a number of equal tiles share a panel.

export interface TileGrid {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  /** They do not all fit: the panel scrolls. */
  readonly scrolls: boolean;
}

export interface TileWish {
  /** Rows one above another, columns side by side, or whatever shows most. */
  readonly flow: 'rows' | 'columns' | 'auto';
  /** Width by height that a tile looks best in. */
  readonly aspect: number;
  readonly minWidth: number;
  readonly minHeight: number;
  readonly gap: number;
}

export function tileGrid(count: number, width: number, height: number, wish: TileWish): TileGrid {
  const { gap, minWidth, minHeight } = wish;
  const of = (columns: number): TileGrid => {
    const rows = Math.max(1, Math.ceil(count / columns));
    const tall = (height - gap * (rows - 1)) / rows;
    return {
      columns,
      rows,
      width: Math.max(1, (width - gap * (columns - 1)) / columns),
      height: Math.max(minHeight, tall),
      scrolls: tall < minHeight && rows > 1,
    };
  };
  if (count <= 1) return of(1);
  if (wish.flow === 'rows') return of(1);
  const most = Math.max(1, Math.floor((width + gap) / (minWidth + gap)));
  if (wish.flow === 'columns') return of(Math.min(count, most));
  let best = of(1);
  let score = -1;
  for (let columns = 1; columns <= Math.min(count, most); columns++) {
    const tried = of(columns);
    // As large as can be; among equals the one with the fewest empty places.
    const size = Math.min(tried.width / wish.aspect, tried.height);
    const empty = (tried.rows * columns - count) / count;
    const points =
      ((tried.scrolls ? 0.2 : 1) * size * (1 - 0.7 * Math.min(1, empty))) /
      (tried.scrolls ? tried.rows : 1);
    if (points > score + 0.01) {
      score = points;
      best = tried;
    }
  }
  return best;
}
