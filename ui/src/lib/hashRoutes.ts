// Addresses as Alertmanager writes them, `/#/alerts?filter={…}`: notifications of years link to them.

const FLAGS = ['silenced', 'inhibited', 'muted', 'active'] as const;

function pick(from: URLSearchParams, names: readonly string[]): URLSearchParams {
  const to = new URLSearchParams();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null && value !== '') to.set(name, value);
  }
  return to;
}

/** Their filters come in braces, ours without. */
function unbraced(filter: string): string {
  return /^\s*\{(.*)\}\s*$/s.exec(filter)?.[1]?.trim() ?? filter.trim();
}

function address(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Our address for one of theirs, or null where the fragment is no address. */
export function translateHash(hash: string): string | null {
  if (!/^#!?\//.test(hash)) return null;
  const [path, search] = splitOnce(hash.replace(/^#!?/, ''), '?');
  const given = new URLSearchParams(search);
  const filter = unbraced(given.get('filter') ?? '');
  const withFilter = (params: URLSearchParams) => {
    if (filter !== '') params.set('filter', filter);
    return params;
  };
  const [first, second = '', third] = path.split('/').slice(1).map(decode);
  switch (first) {
    case '':
    case 'alerts':
      return address('/notifications', withFilter(pick(given, [...FLAGS, 'receiver', 'group'])));
    case 'silences':
      if (second === '') return address('/silences', withFilter(new URLSearchParams()));
      if (second === 'new') {
        return address('/silences/new', withFilter(pick(given, ['comment', 'author'])));
      }
      return address(
        third === 'edit' ? '/silences/edit' : '/silences/view',
        new URLSearchParams({ id: second }),
      );
    case 'status':
    case 'settings':
      return '/alerting-status';
    default:
      return '/notifications';
  }
}

function splitOnce(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
