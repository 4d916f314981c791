import { useQuery } from '@tanstack/react-query';
import { useLocation, useSearch } from 'wouter';
import { fetchSilence, type Silence } from '../../api/silences';
import { parseMatchers } from '../../lib/matchers';
import { timesFor } from '../../lib/silenceTimes';
import { recall } from '../../lib/storage';
import { NOTIFICATION_TABS } from '../../panels/alerts/tabs';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { TabLinks } from '../../parts/TabLinks';
import { rowsOf } from './matcherRows';
import { SilenceForm, type SilenceValues } from './SilenceForm';

const TWO_HOURS = 7_200_000;

/** A new one, one made from an old one, or one that is changed. */
export function SilenceFormPage() {
  const search = useSearch();
  const [path] = useLocation();
  const params = new URLSearchParams(search);
  const id = params.get('id') ?? '';
  const source = path === '/silences/edit' ? id : (params.get('from') ?? '');
  const query = useQuery({
    queryKey: ['alerting', 'silence', source],
    queryFn: ({ signal }) => fetchSilence(source, signal),
    enabled: source !== '',
    staleTime: Infinity,
  });
  return (
    <div className={page.page}>
      <TabLinks tabs={NOTIFICATION_TABS} />
      {source === '' ? (
        <SilenceForm key={search} id={null} initial={fresh(params)} />
      ) : (
        <Loaded query={query} what="the silence">
          {({ data }) => (
            <SilenceForm
              key={source}
              id={path === '/silences/edit' ? source : null}
              initial={from(data, path === '/silences/edit')}
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
