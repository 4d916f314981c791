// Patterns as dashboards write them: `/…/flags`, or a text that stands for the whole.

const MAX_LENGTH = 5000;
const NEVER = /(?!)/;

const cache = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  if (pattern.length > MAX_LENGTH) return NEVER;
  const [, body, flags] = /^\/(.*)\/([gimsuy]*)$/s.exec(pattern) ?? [];
  try {
    // A global or sticky pattern would remember where it stopped from one name to the next.
    if (body !== undefined) return new RegExp(body, flags?.replace(/[gy]/g, ''));
    return new RegExp(`^${pattern}$`);
  } catch {
    return NEVER;
  }
}

/** A pattern that cannot be read matches nothing. */
export function toPattern(pattern: string): RegExp {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const made = compile(pattern);
  if (cache.size > 500) cache.clear();
  cache.set(pattern, made);
  return made;
}

/** For replacing: with `g` where the pattern asks for it. */
export function toReplacePattern(pattern: string): RegExp {
  const plain = toPattern(pattern);
  return /^\/.*\/[imsuy]*g[gimsuy]*$/s.test(pattern)
    ? new RegExp(plain.source, `${plain.flags}g`)
    : plain;
}
