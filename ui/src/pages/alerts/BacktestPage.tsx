import { IconHistory, IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { ApiError } from '../../api/client';
import { fetchBacktest } from '../../api/backtest';
import { errorPosition } from '../../lib/errorPosition';
import { parseDuration } from '../../lib/time';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { useLasting } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { Segments } from '../../parts/Segments';
import { TabLinks } from '../../parts/TabLinks';
import { TextField } from '../../parts/TextField';
import { ExpressionField } from '../../promql/ExpressionField';
import { BacktestResult } from './BacktestResult';
import { backtestStep, readBacktest, writeBacktest, type BacktestForm } from './backtestAddress';
import { ALERT_TABS } from '../../panels/alerts/tabs';
import styles from './backtest.module.css';

const RANGES = [
  { value: '6h', label: '6 hours' },
  { value: '1d', label: '1 day' },
  { value: '1w', label: '1 week' },
  { value: '30d', label: '30 days' },
] as const;
const NO_NOTES = { expr: '', hints: [] };
const FORM = 'A duration, such as 5m';

/** Empty and zero mean none. */
const isDuration = (text: string) => /^\s*(0s?)?\s*$/.test(text) || parseDuration(text) !== null;

export function BacktestPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const asked = readBacktest(search);
  const [draft, setDraft] = useState(asked);
  const [given, setGiven] = useState(search);
  if (given !== search) {
    setGiven(search);
    setDraft(asked);
  }
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const client = useQueryClient();
  const key = ['backtest', asked.expr, asked.for, asked.keep, asked.range, askedAt];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => {
      const rangeMs = parseDuration(asked.range) ?? 0;
      const stepMs = backtestStep(rangeMs, asked.every);
      const endMs = Math.floor(askedAt / stepMs) * stepMs;
      return fetchBacktest(
        {
          expr: asked.expr,
          for: asked.for,
          keepFiringFor: asked.keep,
          startMs: endMs - rangeMs,
          endMs,
          stepMs,
        },
        signal,
      );
    },
    enabled: asked.expr !== '',
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const slow = useLasting(query.isFetching, 1000);
  const wrong =
    query.error instanceof ApiError && query.error.errorType === 'bad_data' ? query.error : null;
  const mark = wrong === null ? null : errorPosition(wrong.message, asked.expr);
  const valid = isDuration(draft.for) && isDuration(draft.keep);

  const run = (form: BacktestForm) => {
    if (!isDuration(form.for) || !isDuration(form.keep)) return;
    setAskedAt(Date.now());
    navigate(`/backtest?${writeBacktest({ ...form, expr: form.expr.trim() })}`);
  };
  const set = (part: Partial<BacktestForm>) => setDraft({ ...draft, ...part });

  return (
    <div className={page.page}>
      <TabLinks tabs={ALERT_TABS} />
      <section className={styles.form} aria-label="The rule to try">
        {asked.name !== '' && (
          <h2 className={styles.heading}>{`When would ${asked.name} have fired?`}</h2>
        )}
        <ExpressionField
          value={draft.expr}
          onChange={(expr) => set({ expr })}
          onExecute={(expr) => run({ ...draft, expr })}
          mark={mark}
          lit={null}
          notes={NO_NOTES}
          invalid={mark !== null && draft.expr === asked.expr}
          autoFocus={asked.expr === ''}
        />
        <form
          className={styles.controls}
          onSubmit={(event) => {
            event.preventDefault();
            run(draft);
          }}
        >
          <TextField
            label="For"
            className={styles.duration}
            placeholder="none"
            value={draft.for}
            error={isDuration(draft.for) ? null : FORM}
            onChange={(event) => set({ for: event.currentTarget.value })}
          />
          <TextField
            label="Keep firing for"
            className={styles.duration}
            placeholder="none"
            value={draft.keep}
            error={isDuration(draft.keep) ? null : FORM}
            onChange={(event) => set({ keep: event.currentTarget.value })}
          />
          <Segments
            aria-label="Over the last"
            data={RANGES}
            value={RANGES.find(({ value }) => value === draft.range)?.value ?? '1d'}
            onChange={(range) => {
              if (draft.expr.trim() === '') set({ range });
              else run({ ...draft, range });
            }}
          />
          {slow ? (
            <Button
              variant="default"
              className={styles.run}
              leftSection={<IconPlayerStopFilled size={14} />}
              onClick={() => void client.cancelQueries({ queryKey: key })}
            >
              Cancel
            </Button>
          ) : (
            <Button
              type="submit"
              className={styles.run}
              disabled={draft.expr.trim() === '' || !valid}
              leftSection={<IconPlayerPlayFilled size={14} />}
            >
              Back-test
            </Button>
          )}
        </form>
      </section>
      {asked.expr === '' ? (
        <EmptyState
          icon={<IconHistory size={32} stroke={1.5} />}
          title="When would this rule have fired?"
        >
          Write a condition, such as <code>up == 0</code>, and see what it would have done with
          everything that is stored. Nobody is told anything.
        </EmptyState>
      ) : (
        <Loaded query={query} what="the back-test">
          {({ data, warnings }) => (
            <BacktestResult
              result={data}
              warnings={warnings}
              expr={asked.expr}
              stale={query.isPlaceholderData}
            />
          )}
        </Loaded>
      )}
    </div>
  );
}
