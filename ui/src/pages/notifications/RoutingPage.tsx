import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { fetchRoutes, type RouteNode } from '../../api/routing';
import { whyAddress } from '../../lib/alertLinks';
import { parseLabels } from '../../lib/matchers';
import { walkRoutes } from '../../lib/routeTree';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { TextField } from '../../parts/TextField';
import { usePageParam } from '../../parts/usePageParam';
import { RouteBranch } from './RouteBranch';
import styles from './routing.module.css';

export function RoutingPage() {
  const query = useQuery({
    queryKey: ['alerting', 'routes'],
    queryFn: ({ signal }) => fetchRoutes(signal),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
  return (
    <div className={page.page}>
      <ManagerTabs />
      <Loaded query={query} what="the routing tree">
        {({ data }) => <Tree root={data.root} />}
      </Loaded>
    </div>
  );
}

function namesOf(root: RouteNode, ids: ReadonlySet<string>): string[] {
  const own = ids.has(root.id) ? [root.receiver] : [];
  return [...own, ...root.children.flatMap((child) => namesOf(child, ids))];
}

function Tree({ root }: { root: RouteNode }) {
  const [tried, setTried] = usePageParam('labels');
  const [text, setText] = useState(tried);
  const labels = text.trim() === '' ? null : parseLabels(text);
  const walk = labels === null ? null : walkRoutes(root, labels);
  const wrong = text.trim() !== '' && labels === null;
  const goes = walk === null ? [] : namesOf(root, walk.ends);
  return (
    <>
      <div className={page.filters}>
        <TextField
          className={styles.labels}
          aria-label="Labels to try"
          placeholder={'Try labels, such as severity="page", team="db"'}
          spellCheck={false}
          value={text}
          error={wrong ? 'Labels are written name="value", with commas between' : null}
          onChange={(event) => {
            const next = event.currentTarget.value;
            setText(next);
            if (next.trim() === '' || parseLabels(next) !== null) setTried(next);
          }}
        />
        {labels !== null && (
          <p role="status" className={styles.goes}>
            {'goes to '}
            <strong>{goes.join(', ')}</strong>
            <Link href={whyAddress('', labels)}>Why and when</Link>
          </p>
        )}
      </div>
      <ul className={styles.tree} aria-label="Routing tree">
        <RouteBranch node={root} walk={walk} root />
      </ul>
    </>
  );
}
