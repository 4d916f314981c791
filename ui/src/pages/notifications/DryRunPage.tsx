import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fetchAlertStatus } from '../../api/alertStatus';
import { tryConfig } from '../../api/routing';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Button } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { TextArea } from '../../parts/TextArea';
import { DryRunResult } from './DryRunResult';
import styles from './dryRun.module.css';

/** What another configuration would do with the alerts of this minute. Nothing is loaded or sent. */
export function DryRunPage() {
  const [yaml, setYaml] = useState('');
  const run = useMutation({ mutationFn: (text: string) => tryConfig(text) });
  const current = useQuery({
    queryKey: ['alerting', 'status'],
    queryFn: ({ signal }) => fetchAlertStatus(signal),
  });
  const original = current.data?.data.config.original;
  return (
    <div className={page.page}>
      <ManagerTabs />
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (yaml.trim() !== '') run.mutate(yaml);
        }}
      >
        <div className={styles.head}>
          <p className={styles.words}>
            Paste or choose a changed <code>alertmanager.yml</code> to see who would be told of what
            is held right now. Nothing is loaded, nobody is told.
          </p>
          <label className={styles.file}>
            Choose a file
            <input
              type="file"
              accept=".yml,.yaml,text/yaml,text/plain"
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                if (file !== undefined) void file.text().then(setYaml);
              }}
            />
          </label>
          {original !== undefined && (
            <Button variant="default" onClick={() => setYaml(original)}>
              Begin with the one loaded
            </Button>
          )}
        </div>
        <TextArea
          code
          label="Configuration"
          rows={14}
          spellCheck={false}
          placeholder={'route:\n  receiver: team\nreceivers:\n  - name: team'}
          value={yaml}
          onChange={(event) => setYaml(event.currentTarget.value)}
        />
        <p className={styles.note}>
          Passwords and tokens are hidden in the one loaded; that does not matter here.
        </p>
        <Button
          type="submit"
          className={styles.run}
          loading={run.isPending}
          disabled={yaml.trim() === ''}
        >
          Try it
        </Button>
      </form>
      {run.error !== null && (
        <Notice kind="error" title="It would not be loaded">
          {run.error.message}
        </Notice>
      )}
      {run.data !== undefined && <DryRunResult result={run.data} stale={run.variables !== yaml} />}
    </div>
  );
}
