import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { IconButton } from '../../parts/IconButton';
import styles from './table.module.css';

export interface PagerProps {
  page: number;
  pages: number;
  rows: number;
  perPage: number;
  onPage: (page: number) => void;
}

export function Pager({ page, pages, rows, perPage, onPage }: PagerProps) {
  const first = rows === 0 ? 0 : page * perPage + 1;
  const last = Math.min(rows, (page + 1) * perPage);
  return (
    <div className={styles.pager}>
      <span>{`${first}–${last} of ${rows}`}</span>
      <IconButton aria-label="Page before" disabled={page === 0} onClick={() => onPage(page - 1)}>
        <IconChevronLeft size={16} />
      </IconButton>
      <IconButton
        aria-label="Next page"
        disabled={page >= pages - 1}
        onClick={() => onPage(page + 1)}
      >
        <IconChevronRight size={16} />
      </IconButton>
    </div>
  );
}
