import { useQuery } from '@tanstack/react-query';
import { useLocation, useSearch } from 'wouter';
import { fetchSilence, type Silence } from '../../api/silences';
import { managerKey } from '../../api/manager';
import { parseMatchers } from '../../lib/matchers';
import { timesFor } from '../../lib/silenceTimes';
import { recall } from '../../lib/storage';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { rowsOf } from './matcherRows';
import { SilenceForm, type SilenceValues } from './SilenceForm';

const TWO_HOURS = 7_200_000;

/** A new one, one made from an old one, or one that is changed. */
export function SilenceFormPage() {
  const search = useSearch();
  const [path] = useLocation();
  const params = new URLSearchParams(search);
  const id = params.get('id') ?? '';
  const source = path.endsWith('/silences/edit') ? id : (params.get('from') ?? '');
  const query = useQuery({
    queryKey: ['alerting', 'silence', source, managerKey()],
    queryFn: ({ signal }) => fetchSilence(source, signal),
    enabled: source !== '',
    staleTime: Infinity,
  });
  return (
    <div className={page.page}>
      <ManagerTabs />
      {source === '' ? (
        <SilenceForm key={search} id={null} initial={fresh(params)} />
      ) : (
        <Loaded query={query} what="the silence">
          {({ data }) => (
            <SilenceForm
              key={source}
              id={path.endsWith('/silences/edit') ? source : null}
              initial={from(data, path.endsWith('/silences/edit'))}
            />
          )}
        </Loaded>
      )}
    </div>
  );
}

function fresh(params: URLSearchParams): SilenceValues {
  const parsed = parseMatchers(params.get('filter') ?? '');
  return {
    rows: rowsOf(parsed.ok ? parsed.matchers : []),
    times: timesFor(null, TWO_HOURS, Date.now()),
    author: params.get('author') ?? recall('author') ?? '',
    comment: params.get('comment') ?? '',
  };
}

function from(silence: Silence, edit: boolean): SilenceValues {
  const { matchers, startsAt, endsAt, createdBy, comment } = silence;
  const lasts = startsAt === null || endsAt === null ? TWO_HOURS : endsAt - startsAt;
  return {
    rows: rowsOf(matchers),
    times: timesFor(edit ? startsAt : null, lasts, Date.now()),
    author: edit ? createdBy : (recall('author') ?? createdBy),
    comment,
  };
}
