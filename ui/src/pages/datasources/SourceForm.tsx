import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import {
  addDataSource,
  changeDataSource,
  deleteDataSource,
  type DataSource,
} from '../../api/grafana/datasources';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { Card } from '../../parts/Card';
import { Notice } from '../../parts/Notice';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { Toggles } from '../../parts/Toggles';
import { draftOf, fieldsOf, problemsOf, type SourceFields } from './draft';
import { TestResult, useTest } from './TestResult';
import styles from './datasources.module.css';

const TYPES = ['prometheus', 'alertmanager', 'loki', 'tempo'];

export function SourceForm({ source }: { source: DataSource | null }) {
  const [fields, setFields] = useState(() => fieldsOf(source));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const test = useTest(source?.uid ?? '');
  const locked = source?.readOnly === true;
  const problems = problemsOf(fields);
  const wrong = (key: keyof SourceFields) => (tried ? (problems[key] ?? null) : null);
  const set = (change: Partial<SourceFields>) => setFields({ ...fields, ...change });
  const field = (key: keyof SourceFields, label: string, placeholder = '', type = 'text') => (
    <TextField
      label={label}
      type={type}
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholder}
      readOnly={locked}
      value={String(fields[key])}
      error={wrong(key)}
      onChange={(event) => set({ [key]: event.currentTarget.value })}
    />
  );

  const save = async () => {
    setTried(true);
    if (Object.keys(problems).length > 0) return;
    setBusy(true);
    const draft = draftOf(fields, source);
    const answer =
      source === null ? await addDataSource(draft) : await changeDataSource(source.uid, draft);
    setBusy(false);
    setError(answer.ok ? null : answer.message);
    if (!answer.ok) return;
    await client.invalidateQueries({ queryKey: ['datasources'] });
    await client.invalidateQueries({ queryKey: ['frontend-settings'] });
    const { uid } = answer.data.datasource;
    await client.invalidateQueries({ queryKey: ['datasource', uid] });
    if (source === null) navigate(`/connections/datasources/edit/${encodeURIComponent(uid)}`);
    else test.mutate();
  };
  const remove = async () => {
    const answer = await deleteDataSource(source?.uid ?? '');
    if (!answer.ok) return answer.message;
    await client.invalidateQueries({ queryKey: ['datasources'] });
    navigate('/connections/datasources');
    return null;
  };
  const stored = source?.secureJsonFields ?? {};

  return (
    <Card title={source === null ? 'New data source' : source.name}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {locked && (
          <Notice kind="info" title="This one comes from a provisioning file">
            Change it there; it is read again when the server starts, or on a reload.
          </Notice>
        )}
        {field('name', 'Name')}
        <Select
          label="Type"
          value={fields.type}
          onChange={(type) => set({ type })}
          options={[...new Set([...TYPES, fields.type])].map((type) => ({
            value: type,
            name: type === 'prometheus' || type === 'alertmanager' ? type : `${type} (not queried)`,
          }))}
        />
        {field('url', 'Address', 'http://prometheus:9090')}
        <Toggles
          label="Use"
          items={[
            { value: 'isDefault', name: 'The default', on: fields.isDefault },
            { value: 'basicAuth', name: 'Basic authentication', on: fields.basicAuth },
            { value: 'skipVerify', name: 'Do not check its certificate', on: fields.skipVerify },
          ]}
          onToggle={(key, on) => !locked && set({ [key]: on })}
        />
        {fields.basicAuth && (
          <div className={styles.pair}>
            {field('user', 'User')}
            {field(
              'password',
              'Password',
              stored['basicAuthPassword'] === true ? 'stored; type to replace it' : '',
              'password',
            )}
          </div>
        )}
        <details className={styles.more}>
          <summary>More settings</summary>
          <div className={styles.form}>
            <div className={styles.pair}>
              {field('timeInterval', 'Scrape interval', 'known for this server, else 15s')}
              {field('queryTimeout', 'Longest time of a query', '60s')}
            </div>
            <div className={styles.pair}>
              {field('headerName', 'Header', 'X-Scope-OrgID')}
              {field(
                'headerValue',
                'Its value',
                stored['httpHeaderValue1'] === true ? 'stored; type to replace it' : '',
                'password',
              )}
            </div>
            {field(
              'customQueryParameters',
              'Parameters of every query',
              'max_source_resolution=5m',
            )}
            <Select
              label="Asked by"
              value={fields.httpMethod}
              onChange={(httpMethod) => set({ httpMethod })}
              options={['POST', 'GET'].map((value) => ({ value, name: value }))}
            />
          </div>
        </details>
        {error !== null && <Notice kind="error" title={error} />}
        <TestResult test={test} />
        <div className={styles.buttons}>
          {source !== null && !locked && (
            <Button variant="default" onClick={() => setAsking(true)}>
              Delete
            </Button>
          )}
          {source !== null && (
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
              Test
            </Button>
          )}
          {!locked && (
            <Button type="submit" loading={busy}>
              {source === null ? 'Add' : 'Save and test'}
            </Button>
          )}
        </div>
      </form>
      {asking && source !== null && (
        <AskDialog
          title={`Delete the data source ${source.name}?`}
          words="Panels and rules that name it will ask the default one, or nobody."
          action="Delete"
          onAct={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  );
}
