import { useQuery } from '@tanstack/react-query';
import { fetchFlags } from '../../api/status';
import { formatCount } from '../../lib/units';
import { Card } from '../../parts/Card';
import { FilterBox } from '../../parts/FilterBox';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { TabLinks } from '../../parts/TabLinks';
import { usePageParam } from '../../parts/usePageParam';
import { SERVER_TABS } from './tabs';
import styles from './server.module.css';

export function FlagsPage() {
  const query = useQuery({ queryKey: ['flags'], queryFn: ({ signal }) => fetchFlags(signal) });
  return (
    <div className={page.page}>
      <TabLinks tabs={SERVER_TABS} />
      <Loaded query={query} what="the flags">
        {({ data }) => <FlagTable flags={data} />}
      </Loaded>
    </div>
  );
}

function FlagTable({ flags }: { flags: Readonly<Record<string, string>> }) {
  const [filter, setFilter] = usePageParam('search');
  const words = filter.toLowerCase().split(/\s+/);
  const all = Object.entries(flags).sort(([a], [b]) => a.localeCompare(b));
  const shown = all.filter(([name, value]) => {
    const text = `--${name}=${value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <>
      <div className={page.filters}>
        <FilterBox
          className={page.grow}
          value={filter}
          onChange={setFilter}
          placeholder="Filter by name or value"
        />
        <span className={styles.count}>
          {shown.length === all.length
            ? formatCount(all.length, 'flag')
            : `${shown.length} of ${all.length}`}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className={styles.none}>{`None of the ${all.length} flags matches.`}</p>
      ) : (
        <Card>
          <table className={styles.flags}>
            <thead className="sr-only">
              <tr>
                <th scope="col">Flag</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{`--${name}`}</th>
                  <td>{value === '' ? <span className={styles.unset}>not set</span> : value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </>
  );
}
