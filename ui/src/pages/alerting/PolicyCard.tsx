import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { MatcherChips } from '../../parts/MatcherChips';
import { policyFields, policyMatchers, type Policy, type PolicyPath } from './model/policy';
import styles from './alerting.module.css';

export interface PolicyCardProps {
  policy: Policy;
  path: PolicyPath;
  last: number;
  may: boolean;
  onEdit: () => void;
  onAdd: () => void;
  onDelete: () => void;
  onMove: (step: -1 | 1) => void;
}

export function PolicyCard(props: PolicyCardProps) {
  const { policy, path, last, may, onEdit, onAdd, onDelete, onMove } = props;
  const at = path.at(-1);
  const matchers = policyMatchers(policy);
  const fields = policyFields(policy);
  const times = [
    ['waits', fields.groupWait],
    ['again after changes', fields.groupInterval],
    ['repeats', fields.repeatInterval],
    ['muted in', fields.muteTimings.join(', ')],
    ['only in', fields.activeTimings.join(', ')],
  ] as const;
  const what =
    at === undefined ? (
      'Everything else'
    ) : matchers.length === 0 ? (
      'All alerts'
    ) : (
      <MatcherChips matchers={matchers} />
    );
  return (
    <section
      className={styles.row}
      data-testid="policy"
      aria-label={at === undefined ? 'Root policy' : 'Policy'}
    >
      <div className={styles.head}>
        <strong>{what}</strong>
        <span className={styles.dim}>tells</span>
        <strong>{fields.receiver === '' ? 'as above' : fields.receiver}</strong>
        {fields.goOn && (
          <span className={styles.badge} title="Those after it are asked too">
            and goes on
          </span>
        )}
        {may && (
          <span className={styles.actions}>
            {at !== undefined && last > 0 && (
              <>
                <IconButton aria-label="Move up" disabled={at === 0} onClick={() => onMove(-1)}>
                  <IconArrowUp size={16} />
                </IconButton>
                <IconButton aria-label="Move down" disabled={at === last} onClick={() => onMove(1)}>
                  <IconArrowDown size={16} />
                </IconButton>
              </>
            )}
            <Button variant="default" size="xs" onClick={onAdd}>
              Add below
            </Button>
            <Button variant="default" size="xs" onClick={onEdit}>
              Edit
            </Button>
            {at !== undefined && (
              <Button variant="default" size="xs" onClick={onDelete}>
                Delete
              </Button>
            )}
          </span>
        )}
      </div>
      <p className={styles.policyFacts}>
        {fields.groupBy !== '' && (
          <span>
            {'grouped by '}
            <b>{fields.groupBy === '...' ? 'all labels' : fields.groupBy}</b>
          </span>
        )}
        {times.map(([name, value]) =>
          value === '' ? null : (
            <span key={name}>
              {`${name} `}
              <b>{value}</b>
            </span>
          ),
        )}
      </p>
    </section>
  );
}
