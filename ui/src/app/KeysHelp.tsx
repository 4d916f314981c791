import { IconX } from '@tabler/icons-react';
import { Dialog } from '../parts/Dialog';
import { IconButton } from '../parts/IconButton';
import { PLACES } from './places';
import styles from './KeysHelp.module.css';

export interface KeysHelpProps {
  onClose: () => void;
}

const GROUPS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K', 'Search pages, metrics and actions'],
      ['/', 'Filter this page'],
      ['r', 'Ask again'],
      ['[', 'Narrow or widen the rail'],
      ['?', 'These keys'],
    ],
  },
  {
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
  },
  { title: 'Go to', keys: PLACES.map(({ key, name }) => [`g ${key}`, name] as const) },
];

export function KeysHelp({ onClose }: KeysHelpProps) {
  return (
    <Dialog label="Keys" width={560} onClose={onClose}>
      <header className={styles.head}>
        <h2 className={styles.heading}>Keys</h2>
        <IconButton aria-label="Close" onClick={onClose}>
          <IconX size={16} />
        </IconButton>
      </header>
      <div className={styles.groups}>
        {GROUPS.map(({ title, keys }) => (
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
