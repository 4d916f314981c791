import styles from './shared.module.css';

export interface VizNoticeProps {
  children: string;
  detail?: string;
}

/** What stands in a panel that has nothing to draw. */
export function VizNotice({ children, detail }: VizNoticeProps) {
  return (
    <div className={styles.notice}>
      <p>{children}</p>
      {detail !== undefined && detail !== '' && <p className={styles.noticeDetail}>{detail}</p>}
    </div>
  );
}
