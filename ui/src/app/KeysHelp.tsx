import { IconX } from '@tabler/icons-react';
import { Dialog } from '../parts/Dialog';
import { IconButton } from '../parts/IconButton';
import type { PageFrame } from '../parts/pageFrame';
import { PLACES } from './places';
import styles from './KeysHelp.module.css';

type KeyGroup = PageFrame['keys'][number];

export interface KeysHelpProps {
  /** Those of the page that is shown, where it has its own. */
  ofPage: readonly KeyGroup[];
  onClose: () => void;
}

const EVERYWHERE: KeyGroup = {
  title: 'Everywhere',
  keys: [
    ['Ctrl K', 'Search pages, dashboards, metrics and actions'],
    ['/', 'Filter this page'],
    ['r', 'Ask again'],
    ['[', 'Narrow or widen the rail'],
    ['?', 'These keys'],
  ],
};

const QUERY: KeyGroup = {
  title: 'Query',
  keys: [
    ['Enter', 'Execute'],
    ['Shift Enter', 'New line'],
    ['Ctrl Space', 'Complete'],
    ['F8', 'Next piece of advice'],
    ['Ctrl .', 'Use its corrected query'],
    ['← →', 'Walk along the graph in focus'],
    ['Drag', 'Zoom; double click goes back'],
  ],
};

const GO_TO: KeyGroup = {
  title: 'Go to',
  keys: PLACES.map(({ key, name }) => [`g ${key}`, name] as const),
};

export function KeysHelp({ ofPage, onClose }: KeysHelpProps) {
  const groups = [...ofPage, EVERYWHERE, ...(ofPage.length === 0 ? [QUERY] : []), GO_TO];
  return (
    <Dialog label="Keys" width={560} onClose={onClose}>
      <header className={styles.head}>
        <h2 className={styles.heading}>Keys</h2>
        <IconButton aria-label="Close" onClick={onClose}>
          <IconX size={16} />
        </IconButton>
      </header>
      <div className={styles.groups}>
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3 className={styles.title}>{title}</h3>
            <dl className={styles.keys}>
              {keys.map(([key, does]) => (
                <div key={key} className={styles.row}>
                  <dt>
                    {key.split(' ').map((part) => (
                      <kbd key={part} className={styles.kbd}>
                        {part}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
