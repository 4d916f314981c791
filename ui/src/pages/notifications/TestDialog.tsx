import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sendTest } from '../../api/routing';
import { integrationLabel } from '../../lib/deliveryWords';
import { parseLabels } from '../../lib/matchers';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { useNow } from '../../parts/hooks';
import { Notice } from '../../parts/Notice';
import { TextArea } from '../../parts/TextArea';
import { Attempts } from './Attempts';
import styles from './receivers.module.css';

export interface TestTarget {
  readonly receiver: string;
  readonly integration: string;
  readonly index: number;
}

export interface TestDialogProps {
  target: TestTarget;
  onClose: () => void;
}

const LABELS = 'alertname="Test", severity="none"';
const SUMMARY = 'A test, sent by hand. There is nothing to do.';

/** Really tells someone, so it says so and asks once. */
export function TestDialog({ target, onClose }: TestDialogProps) {
  const client = useQueryClient();
  const now = useNow(5000);
  const [labels, setLabels] = useState(LABELS);
  const [summary, setSummary] = useState(SUMMARY);
  const parsed = parseLabels(labels);
  const name = `${target.receiver} · ${integrationLabel(target.integration, target.index)}`;
  const send = useMutation({
    mutationFn: () => {
      const { receiver, integration, index } = target;
      const alert = { labels: parsed ?? {}, annotations: { summary } };
      return sendTest({ receiver, integration, index, alert });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['alerting'] }),
  });
  return (
    <Dialog label={`Send a test to ${name}`} width={560} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (parsed !== null) send.mutate();
        }}
      >
        <h2 className={styles.title}>{`Send a test to ${name}`}</h2>
        <p className={styles.dim}>It is really sent, with the receiver’s own templates.</p>
        <TextArea
          code
          label="Labels"
          spellCheck={false}
          value={labels}
          error={parsed === null ? 'Labels are written name="value", with commas between' : null}
          onChange={(event) => setLabels(event.currentTarget.value)}
        />
        <TextArea
          label="Summary"
          value={summary}
          onChange={(event) => setSummary(event.currentTarget.value)}
        />
        {send.error !== null && (
          <Notice kind="error" title="Could not be tried">
            {send.error.message}
          </Notice>
        )}
        {send.data?.map((result, i) => (
          <div key={i} className={styles.result} role="status" data-testid="test-result">
            <p className={styles.label}>
              {result.delivered ? 'It was accepted.' : 'It was not accepted.'}
            </p>
            <Attempts attempts={result.attempts} now={now} />
          </div>
        ))}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={send.isPending} disabled={parsed === null}>
            {send.data === undefined ? 'Send' : 'Send again'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
