import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { expireSilence, type Silence } from '../../api/silences';
import { managerAddress } from '../../api/manager';
import { printMatchers } from '../../lib/matchers';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { Notice } from '../../parts/Notice';
import styles from './silences.module.css';

export interface SilenceActionsProps {
  silence: Silence;
}

export function SilenceActions({ silence }: SilenceActionsProps) {
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const id = encodeURIComponent(silence.id);
  if (silence.status.state === 'expired') {
    return (
      <span className={styles.actions}>
        <Button
          variant="default"
          size="xs"
          onClick={() => navigate(managerAddress(`/silences/new?from=${id}`))}
        >
          Recreate
        </Button>
      </span>
    );
  }
  return (
    <span className={styles.actions}>
      <Button
        variant="default"
        size="xs"
        onClick={() => navigate(managerAddress(`/silences/edit?id=${id}`))}
      >
        Edit
      </Button>
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        Expire
      </Button>
      {asking && <ExpireDialog silence={silence} onClose={() => setAsking(false)} />}
    </span>
  );
}

function ExpireDialog({ silence, onClose }: { silence: Silence; onClose: () => void }) {
  const client = useQueryClient();
  const expire = useMutation({
    mutationFn: () => expireSilence(silence.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['alerting'] });
      onClose();
    },
  });
  return (
    <Dialog label="Expire the silence" width={460} onClose={onClose}>
      <div className={styles.dialog}>
        <h2 className={styles.title}>Expire this silence?</h2>
        <p>
          What it hides is told again: <code>{printMatchers(silence.matchers)}</code>
        </p>
        {expire.error !== null && <Notice kind="error">{expire.error.message}</Notice>}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button autoFocus loading={expire.isPending} onClick={() => expire.mutate()}>
            Expire
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
