import { recall, remember } from '../../lib/storage';

const KEY = 'query-history';
const MAX_ENTRIES = 50;

export function recentQueries(): string[] {
  try {
    const stored: unknown = JSON.parse(recall(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberQuery(expr: string): void {
  const others = recentQueries().filter((one) => one !== expr);
  remember(KEY, JSON.stringify([expr, ...others].slice(0, MAX_ENTRIES)));
}
