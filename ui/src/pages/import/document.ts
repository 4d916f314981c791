// The text that somebody pasted or a file that was dropped, before it is imported.

import type { LoadedDashboard } from '../../dash/model';
import { loadDashboard } from '../../dash/model/load';

const LARGEST = 10 * 1024 * 1024;

export type Read =
  | { readonly ok: true; readonly raw: unknown; readonly loaded: LoadedDashboard }
  | { readonly ok: false; readonly message: string };

/** Where JSON stops making sense, as line and column, if the browser says so. */
function place(text: string, error: unknown): string {
  const words = error instanceof Error ? error.message : '';
  const at = /position (\d+)/.exec(words)?.[1];
  if (at === undefined) return '';
  const before = text.slice(0, Number(at)).split('\n');
  return ` It stops making sense in line ${before.length}, column ${(before.at(-1) ?? '').length + 1}.`;
}

/** Never throws: what is wrong is said in a sentence. */
export async function readDocument(text: string): Promise<Read> {
  if (text.trim() === '') return { ok: false, message: 'There is nothing in it.' };
  if (text.length > LARGEST) return { ok: false, message: 'It is larger than 10 MB.' };
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return { ok: false, message: `This is not JSON.${place(text, error)}` };
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { ok: false, message: 'This is JSON, but not a dashboard: it must be an object.' };
  }
  const loaded = await loadDashboard(raw);
  const { title, panels } = loaded.dashboard;
  if (title === '' && panels.length === 0) {
    return { ok: false, message: 'This is JSON, but there is neither a title nor a panel in it.' };
  }
  return { ok: true, raw, loaded };
}

/** The same document under another title and uid, in whatever envelope it came. */
export function renamed(raw: unknown, title: string, uid: string): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  const inner: unknown = 'dashboard' in raw ? raw.dashboard : 'spec' in raw ? raw.spec : raw;
  if (typeof inner !== 'object' || inner === null) return raw;
  const rest = Object.fromEntries(
    Object.entries(inner).filter(([key]) => key !== 'uid' && key !== 'id'),
  );
  const inputs = 'dashboard' in raw && '__inputs' in raw ? { __inputs: raw.__inputs } : {};
  return { ...rest, title, ...(uid === '' ? {} : { uid }), ...inputs };
}
