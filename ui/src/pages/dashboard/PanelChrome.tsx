import { IconClock, IconExternalLink, IconInfoCircle } from '@tabler/icons-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { Dropdown } from '../../parts/Dropdown';
import { IconButton } from '../../parts/IconButton';
import type { ShownLink } from '../../viz/shared/links';
import { AppLink } from './AppLink';
import styles from './chrome.module.css';

const Markdown = lazy(async () => ({ default: (await import('./Markdown')).Markdown }));

export interface PanelChromeProps {
  panelKey: string;
  title: string;
  description: string;
  links: readonly ShownLink[];
  /** "Last 1 hour", where the panel shows another range than the dashboard. */
  timeInfo: string;
  transparent: boolean;
  loading: boolean;
  /** What of the panel is old. */
  stale: boolean;
  corner: ReactNode;
  menu: ReactNode;
  children: ReactNode;
}

/** The frame of a panel. Nothing in it changes its size, whatever happens inside. */
export function PanelChrome(props: PanelChromeProps) {
  const { panelKey, title, description, links, timeInfo, transparent, loading } = props;
  return (
    <section
      className={styles.panel}
      data-panel-key={panelKey}
      data-transparent={transparent || undefined}
      data-untitled={title === '' || undefined}
      data-stale={props.stale || undefined}
      aria-label={title === '' ? 'Panel without a title' : title}
      aria-busy={loading || undefined}
    >
      <div className={styles.bar} data-on={loading || undefined} aria-hidden />
      <header className={styles.head}>
        {props.corner}
        {title !== '' && (
          <h2 className={styles.title} title={title}>
            {title}
          </h2>
        )}
        {timeInfo !== '' && (
          <span className={styles.timeInfo} title="This panel shows another range">
            <IconClock size={12} aria-hidden />
            {timeInfo}
          </span>
        )}
        <div className={styles.tools}>
          {description !== '' && (
            <Dropdown
              label="Description"
              kind="dialog"
              width={320}
              trigger={(trigger) => (
                <IconButton {...trigger} size={22} aria-label="Description" title="Description">
                  <IconInfoCircle size={15} />
                </IconButton>
              )}
            >
              <div className={styles.description}>
                <Suspense fallback={description}>
                  <Markdown text={description} />
                </Suspense>
              </div>
            </Dropdown>
          )}
          <PanelLinks links={links} />
          <div className={styles.menu}>{props.menu}</div>
        </div>
      </header>
      <div className={styles.body}>{props.children}</div>
    </section>
  );
}

function PanelLinks({ links }: { links: readonly ShownLink[] }) {
  const [only] = links;
  if (only === undefined) return null;
  if (links.length === 1) {
    return (
      <AppLink
        url={only.href}
        targetBlank={only.targetBlank}
        className={styles.link}
        title={only.title}
        aria-label={only.title}
      >
        <IconExternalLink size={15} aria-hidden />
      </AppLink>
    );
  }
  return (
    <Dropdown
      label="Links"
      kind="dialog"
      width={240}
      trigger={(trigger) => (
        <IconButton {...trigger} size={22} aria-label="Links" title={`${links.length} links`}>
          <IconExternalLink size={15} />
        </IconButton>
      )}
    >
      <ul className={styles.linkList}>
        {links.map((link, i) => (
          <li key={`${i} ${link.href}`}>
            <AppLink url={link.href} targetBlank={link.targetBlank} data-item>
              {link.title}
            </AppLink>
          </li>
        ))}
      </ul>
    </Dropdown>
  );
}
