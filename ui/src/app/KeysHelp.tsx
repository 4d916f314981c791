import { Modal } from '@mantine/core';
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
    <Modal
      opened
      onClose={onClose}
      title="Keys"
      size={560}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={styles.groups}>
        {GROUPS.map(({ title, keys }) => (
          <section key={title}>
            <h2 className={styles.title}>{title}</h2>
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
    </Modal>
  );
}
