import { useLayoutEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import styles from './TabLinks.module.css';

export interface TabLinksProps {
  tabs: readonly { readonly path: string; readonly name: string }[];
}

/** Pages that belong together, as links, so that each keeps its address. */
export function TabLinks({ tabs }: TabLinksProps) {
  const [path] = useLocation();
  const bar = useRef<HTMLElement>(null);
  const within = tabs.filter((tab) => `${path}/`.startsWith(`${tab.path}/`));
  const current = within.reduce(
    (longest, { path: one }) => (one.length > longest.length ? one : longest),
    '',
  );
  useLayoutEffect(() => {
    const link = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (bar.current === null || link == null) return;
    bar.current.scrollLeft = link.offsetLeft - (bar.current.clientWidth - link.offsetWidth) / 2;
  }, [current]);
  return (
    <nav className={styles.tabs} aria-label="Related pages" ref={bar}>
      {tabs.map((tab) => (
        <Link
          key={tab.path}
          href={tab.path}
          className={styles.tab}
          aria-current={current === tab.path ? (path === current ? 'page' : 'true') : undefined}
        >
          {tab.name}
        </Link>
      ))}
    </nav>
  );
}
