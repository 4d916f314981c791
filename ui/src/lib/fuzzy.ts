// Finding names by half-remembered letters, and the name that was probably meant.

/** Higher is better; null when the letters do not occur in this order. */
export function fuzzyScore(text: string, query: string): number | null {
  if (query === '') return 0;
  const hay = text.toLowerCase();
  const needle = query.toLowerCase().replace(/\s+/g, '');
  const whole = hay.indexOf(needle);
  if (whole >= 0) {
    const wordStart = whole === 0 || /[_\s:./-]/.test(hay[whole - 1] ?? '');
    return 1000 + (wordStart ? 100 : 0) - whole - hay.length;
  }
  let score = 0;
  let at = -1;
  for (const letter of needle) {
    const next = hay.indexOf(letter, at + 1);
    if (next < 0) return null;
    const wordStart = next === 0 || /[_\s:./-]/.test(hay[next - 1] ?? '');
    score += next === at + 1 ? 8 : wordStart ? 6 : 1 - Math.min(3, next - at) * 0.3;
    at = next;
  }
  return score - hay.length * 0.1;
}

export function fuzzyFilter<T>(
  items: readonly T[],
  query: string,
  textOf: (item: T) => string,
  limit: number,
): T[] {
  if (query.trim() === '') return items.slice(0, limit);
  return items
    .flatMap((item) => {
      const score = fuzzyScore(textOf(item), query);
      return score === null ? [] : [{ item, score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ item }) => item);
}

/** How many letters must change, counted only up to `limit` (then `limit + 1`). */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const value = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      next.push(value);
      best = Math.min(best, value);
    }
    if (best > limit) return limit + 1;
    row = next;
  }
  return row[b.length] ?? limit + 1;
}

/** The known name nearest to the one typed, if any is near enough to be a slip of the hand. */
export function nearestName(typed: string, known: readonly string[]): string | null {
  let limit = Math.max(1, Math.min(4, Math.floor(typed.length / 4)));
  let best: string | null = null;
  for (const name of known) {
    if (name === typed) return null;
    const distance = editDistance(typed, name, limit);
    if (distance <= limit && (best === null || distance < limit)) {
      best = name;
      limit = distance;
    }
  }
  return best;
}
