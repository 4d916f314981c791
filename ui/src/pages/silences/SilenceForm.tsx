import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { saveSilence } from '../../api/silences';
import { managerAddress } from '../../api/manager';
import { matchersError, reachOf } from '../../lib/silenceReach';
import { readTimes, type SilenceTimes } from '../../lib/silenceTimes';
import { remember } from '../../lib/storage';
import { Button } from '../../parts/Button';
import { useNow } from '../../parts/hooks';
import { Notice } from '../../parts/Notice';
import { TextArea } from '../../parts/TextArea';
import { TextField } from '../../parts/TextField';
import { Affected } from './Affected';
import { matchersIn, rowError, type MatcherRow } from './matcherRows';
import { MatcherRows } from './MatcherRows';
import styles from './silences.module.css';
import { TimeFields } from './TimeFields';
import { useAffected } from './useAffected';

export interface SilenceValues {
  readonly rows: readonly MatcherRow[];
  readonly times: SilenceTimes;
  readonly author: string;
  readonly comment: string;
}

export interface SilenceFormProps {
  /** Which one is changed; null makes a new one. */
  id: string | null;
  initial: SilenceValues;
}

export function SilenceForm({ id, initial }: SilenceFormProps) {
  const [values, setValues] = useState(initial);
  const [tried, setTried] = useState(false);
  const [meant, setMeant] = useState(false);
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const now = useNow(1000);
  const set = (part: Partial<SilenceValues>) => setValues({ ...values, ...part });

  const { rows, times, author, comment } = values;
  const matchers = matchersIn(rows);
  const { startsAt, endsAt, errors } = readTimes(times, now);
  const affected = useAffected(matchers);
  const reach = reachOf(matchers, affected.alerts?.length ?? 0, affected.held ?? 0);
  const broad = reach === 'everything';
  const wrongMatchers = matchersError(matchers);
  const wrong =
    wrongMatchers !== null ||
    rows.some((row) => rowError(row) !== null) ||
    Object.values(errors).some((error) => error !== null) ||
    author.trim() === '' ||
    comment.trim() === '' ||
    (broad && !meant);

  const save = useMutation({
    mutationFn: saveSilence,
    onSuccess: (saved) => {
      remember('author', author.trim());
      void client.invalidateQueries({ queryKey: ['alerting'] });
      navigate(managerAddress(`/silences/view?id=${encodeURIComponent(saved)}`));
    },
  });
  const submit = () => {
    setTried(true);
    if (wrong || startsAt === null || endsAt === null) return;
    save.mutate({
      ...(id === null ? {} : { id }),
      matchers,
      startsAt,
      endsAt,
      createdBy: author.trim(),
      comment: comment.trim(),
    });
  };

  return (
    <div className={styles.columns}>
      <form
        className={styles.form}
        aria-label={id === null ? 'New silence' : 'Edit silence'}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <MatcherRows
          rows={rows}
          onChange={(next) => set({ rows: next })}
          error={tried ? wrongMatchers : null}
        />
        <TimeFields times={times} now={now} onChange={(next) => set({ times: next })} />
        <TextField
          label="Your name"
          value={author}
          error={tried && author.trim() === '' ? 'Others must know whom to ask' : null}
          onChange={(event) => set({ author: event.currentTarget.value })}
        />
        <TextArea
          label="Why"
          placeholder="Disk of db-1 is being replaced"
          value={comment}
          error={tried && comment.trim() === '' ? 'Others must know why it is quiet' : null}
          onChange={(event) => set({ comment: event.currentTarget.value })}
        />
        {broad && (
          <label className={styles.meant} data-wrong={(tried && !meant) || undefined}>
            <input
              type="checkbox"
              checked={meant}
              onChange={(event) => setMeant(event.currentTarget.checked)}
            />
            This hides everything there is, and I mean that
          </label>
        )}
        {save.error !== null && (
          <Notice kind="error" title="It was not saved">
            {save.error.message}
          </Notice>
        )}
        <div className={styles.buttons}>
          <Button variant="default" onClick={() => window.history.back()}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {id === null ? 'Silence' : 'Save'}
          </Button>
        </div>
      </form>
      <Affected matchers={matchers} title="What it hides" now={now} />
    </div>
  );
}
