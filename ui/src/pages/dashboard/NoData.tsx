import { IconHelpCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { settled } from '../../api/grafana/client';
import { fetchWhyNoData, type NoDataReason, type WhyQuery } from '../../api/grafana/data';
import { CopyButton } from '../../parts/CopyButton';
import { Dropdown } from '../../parts/Dropdown';
import { IconButton } from '../../parts/IconButton';
import { AppLink } from './AppLink';
import styles from './chrome.module.css';

export interface NoDataProps {
  /** The person's own word for it, or "No data". */
  words: string;
  range: { readonly from: number; readonly to: number };
  queries: readonly WhyQuery[];
  width: number;
  height: number;
  /** Nobody to ask: a snapshot, a public page. */
  frozen: boolean;
}

const ROOMY = { width: 230, height: 90 };

interface Why {
  readonly refId: string;
  readonly reason: NoDataReason;
}

function useReasons({ range, queries, frozen }: NoDataProps): readonly Why[] {
  const answer = useQuery({
    enabled: !frozen && queries.length > 0,
    queryKey: [
      'why-no-data',
      queries,
      Math.round(range.from / 60_000),
      Math.round(range.to / 60_000),
    ],
    queryFn: async ({ signal }) =>
      settled(
        await fetchWhyNoData({ from: String(range.from), to: String(range.to), queries }, signal),
      ),
    staleTime: 60_000,
  });
  return queries.flatMap(({ refId }) =>
    (answer.data?.[refId] ?? []).map((reason) => ({ refId, reason })),
  );
}

/** Says that nothing came, and why: the reason in one line, what to do about it on a click. */
export function NoData(props: NoDataProps) {
  const { words, queries, width, height } = props;
  const reasons = useReasons(props);
  const [best] = reasons;
  const roomy = width >= ROOMY.width && height >= ROOMY.height;
  if (best === undefined) {
    return (
      <div className={styles.empty}>
        <p>{words}</p>
      </div>
    );
  }
  const details = (
    <div className={styles.words}>
      {reasons.map(({ refId, reason }) => (
        <Reason
          key={`${refId} ${reason.kind} ${reason.text}`}
          refId={queries.length > 1 ? refId : ''}
          reason={reason}
        />
      ))}
    </div>
  );
  if (!roomy) {
    return (
      <div className={styles.empty}>
        <p>{words}</p>
        <Dropdown
          label="Why there is no data"
          kind="dialog"
          width={340}
          trigger={(trigger) => (
            <IconButton
              {...trigger}
              size={22}
              aria-label={`Why: ${best.reason.text}`}
              title={best.reason.text}
            >
              <IconHelpCircle size={15} />
            </IconButton>
          )}
        >
          {details}
        </Dropdown>
      </div>
    );
  }
  return (
    <div className={styles.empty}>
      <p>{words}</p>
      <p className={styles.why} title={best.reason.text}>
        {best.reason.text}
      </p>
      <div className={styles.whyActions}>
        {best.reason.link !== '' && (
          <AppLink url={best.reason.link}>
            {best.reason.linkText === '' ? 'Show it' : best.reason.linkText}
          </AppLink>
        )}
        <Dropdown
          label="Why there is no data"
          kind="dialog"
          width={380}
          trigger={(trigger) => (
            <button {...trigger} type="button" className={styles.textButton}>
              What to do
            </button>
          )}
        >
          {details}
        </Dropdown>
      </div>
    </div>
  );
}

function Reason({ refId, reason }: { refId: string; reason: NoDataReason }) {
  return (
    <div className={styles.reason}>
      <p>
        {refId !== '' && <strong className={styles.refId}>{refId}</strong>}
        {reason.text}
      </p>
      {reason.hint !== '' && <p className={styles.hint}>{reason.hint}</p>}
      {reason.link !== '' && (
        <AppLink url={reason.link}>{reason.linkText === '' ? 'Show it' : reason.linkText}</AppLink>
      )}
      {reason.suggestion !== '' && (
        <div className={styles.suggestion}>
          <code>{reason.suggestion}</code>
          <CopyButton text={reason.suggestion} />
        </div>
      )}
    </div>
  );
}
