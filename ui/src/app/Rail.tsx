import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { fetchBuildInfo } from '../api/status';
import { HOME, isServed } from '../api/served';
import { Flame } from './Flame';
import { RAIL, whereIs } from './places';
import { VERSION } from './version';
import styles from './Rail.module.css';

export interface RailProps {
  path: string;
  slim: boolean;
  onSlim: () => void;
  onLeave: () => void;
}

export function Rail({ path, slim, onSlim, onLeave }: RailProps) {
  const [asked, setAsked] = useState(false);
  const build = useQuery({
    enabled: asked && isServed('/query'),
    queryKey: ['buildinfo'],
    queryFn: ({ signal }) => fetchBuildInfo(signal),
    staleTime: Infinity,
  });
  const compatible = build.data?.data['version'];
  const current = whereIs(path)?.rail;
  const Fold = slim ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <nav className={styles.rail} data-slim={slim || undefined} aria-label="Pages" id="rail">
      <Link href={HOME} className={styles.brand} aria-label="watchfire" onClick={onLeave}>
        <Flame size={26} />
        <span className={styles.word}>watchfire</span>
      </Link>
      <ul className={styles.list}>
        {RAIL.map(({ path: to, name, icon: Icon }) => (
          <li key={to}>
            <Link
              href={to}
              className={styles.item}
              aria-current={current === to ? 'page' : undefined}
              title={slim ? name : undefined}
              onClick={onLeave}
            >
              <Icon size={20} stroke={1.7} aria-hidden />
              <span className={styles.word}>{name}</span>
            </Link>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <button
          type="button"
          className={styles.fold}
          onClick={onSlim}
          aria-label={slim ? 'Widen the rail' : 'Narrow the rail'}
          title={slim ? 'Widen the rail ([)' : 'Narrow the rail ([)'}
        >
          <Fold size={20} stroke={1.7} aria-hidden />
        </button>
        <span
          className={styles.version}
          onPointerEnter={() => setAsked(true)}
          title={compatible === undefined ? undefined : `API of Prometheus ${compatible}`}
        >
          {`v${VERSION}`}
        </span>
      </div>
    </nav>
  );
}
