import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { recall, remember } from '../../../lib/storage';
import styles from './options.module.css';

export interface SectionProps {
  title: string;
  /** Stays open while someone searches. */
  forced?: boolean;
  /** Closed until someone opens it. */
  closed?: boolean;
  aside?: ReactNode;
  children: ReactNode;
}

/** A part of the pane that opens and closes, and stays as it was left. */
export function Section({ title, forced = false, closed = false, aside, children }: SectionProps) {
  const key = `edit-section ${title}`;
  const [own, setOwn] = useState(() => (recall(key) ?? (closed ? 'closed' : 'open')) === 'open');
  const open = forced || own;
  const Sign = open ? IconChevronDown : IconChevronRight;
  return (
    <section className={styles.section}>
      <h3 className={styles.sectionHead}>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => {
            setOwn(!own);
            remember(key, own ? 'closed' : 'open');
          }}
        >
          <Sign size={15} aria-hidden />
          {title}
        </button>
        {aside}
      </h3>
      {open && <div className={styles.sectionBody}>{children}</div>}
    </section>
  );
}
