import { Link, useLocation } from 'wouter';
import styles from './TabLinks.module.css';

export interface TabLinksProps {
  tabs: readonly { readonly path: string; readonly name: string }[];
}

/** Pages that belong together, as links, so that each keeps its address. */
export function TabLinks({ tabs }: TabLinksProps) {
  const [path] = useLocation();
  return (
    <nav className={styles.tabs} aria-label="Related pages">
      {tabs.map((tab) => (
        <Link
          key={tab.path}
          href={tab.path}
          className={styles.tab}
          aria-current={path === tab.path ? 'page' : undefined}
        >
          {tab.name}
        </Link>
      ))}
    </nav>
  );
}
