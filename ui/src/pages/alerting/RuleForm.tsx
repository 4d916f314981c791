import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { putManagedRule, setGroupInterval } from '../../api/grafana/managedRules';
import { mayEdit } from '../../api/grafana/people';
import { parseDuration } from '../../lib/time';
import { Button } from '../../parts/Button';
import { Card } from '../../parts/Card';
import { Notice } from '../../parts/Notice';
import { useUser } from '../../parts/session';
import { TextArea } from '../../parts/TextArea';
import { TextField } from '../../parts/TextField';
import { Toggles } from '../../parts/Toggles';
import { AdvancedFields } from './AdvancedFields';
import { ConditionCard } from './ConditionCard';
import { ContactDialog } from './ContactDialog';
import { ContactPicker } from './ContactPicker';
import { DeleteRuleDialog } from './DeleteRuleDialog';
import type { RuleDraft } from './model/draft';
import { problemsOf } from './model/problems';
import { ruleOf } from './model/toRule';
import { PairRows } from './PairRows';
import { NewFolderDialog, PlaceFields } from './PlaceFields';
import { PreviewPane } from './PreviewPane';
import { useContactTypes, type SourceChoice } from './useContacts';
import styles from './editor.module.css';

export interface RuleFormProps {
  initial: RuleDraft;
  sources: readonly SourceChoice[];
}

/** A rule as a sentence; the rest has defaults that work. */
export function RuleForm({ initial, sources }: RuleFormProps) {
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [over, setOver] = useState<'folder' | 'contact' | 'delete' | null>(null);
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const types = useContactTypes();
  const user = useUser();
  const fromFile = draft.provenance === 'file';
  const locked = fromFile || (user !== undefined && !mayEdit(user));
  const problems = problemsOf(draft);
  const wrong = (field: string) => (tried ? (problems[field] ?? null) : null);
  const change = (part: Partial<RuleDraft>) => setDraft((now) => ({ ...now, ...part }));
  const field = (key: 'title' | 'summary' | 'runbook', label: string, placeholder: string) => (
    <TextField
      {...(key === 'title' ? { className: styles.title ?? '' } : {})}
      label={label}
      placeholder={placeholder}
      value={draft[key]}
      error={wrong(key)}
      onChange={(event) => change({ [key]: event.currentTarget.value })}
    />
  );

  const save = async () => {
    setTried(true);
    if (locked || Object.keys(problems).length > 0) return;
    setBusy(true);
    const answer = await putManagedRule(draft.uid, ruleOf(draft));
    // The interval is the group's: it is said once the group is there.
    const seconds = Math.round((parseDuration(draft.every) ?? 60_000) / 1000);
    const last = answer.ok
      ? await setGroupInterval(draft.folderUid, draft.group.trim(), seconds)
      : answer;
    setBusy(false);
    setError(last.ok ? null : last.message);
    if (!answer.ok) return;
    change({ uid: answer.data.uid });
    if (!last.ok) return;
    await client.invalidateQueries({ queryKey: ['managed'] });
    await client.invalidateQueries({ queryKey: ['alerting-overview'] });
    navigate(`/alerting/grafana/${encodeURIComponent(answer.data.uid)}/view`);
  };

  return (
    <>
      {fromFile && (
        <Notice kind="info" title="This rule comes from a provisioning file">
          Change it under <code>provisioning/alerting</code>, or give that file{' '}
          <code>editable: true</code>. What you try here is not saved.
        </Notice>
      )}
      <div className={styles.columns}>
        <form
          className={styles.form}
          aria-label="Alert rule"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Card>
            <div className={styles.body}>{field('title', 'Name', 'Service is down')}</div>
          </Card>
          <ConditionCard {...{ draft, sources, wrong }} onChange={change} />
          <Card title="When and where it is evaluated">
            <div className={styles.body}>
              <div className={styles.every}>
                <span>Evaluate every</span>
                <TextField
                  className={styles.time ?? ''}
                  aria-label="Evaluate every"
                  value={draft.every}
                  error={wrong('every') !== null}
                  onChange={(event) => change({ every: event.currentTarget.value })}
                />
                <span>and fire when it holds for</span>
                <TextField
                  className={styles.time ?? ''}
                  aria-label="For"
                  value={draft.pending}
                  error={wrong('pending') !== null}
                  onChange={(event) => change({ pending: event.currentTarget.value })}
                />
              </div>
              {(wrong('every') ?? wrong('pending')) !== null && (
                <p className={styles.wrong}>{wrong('every') ?? wrong('pending')}</p>
              )}
              <PlaceFields
                {...{ draft, wrong }}
                onChange={change}
                onNewFolder={() => setOver('folder')}
              />
              {draft.record === null && <AdvancedFields {...{ draft, wrong }} onChange={change} />}
            </div>
          </Card>
          <Card title="Who is told, and what">
            <div className={styles.body}>
              <ContactPicker
                receiver={draft.receiver}
                onChange={(receiver) => change({ receiver })}
                onNew={() => setOver('contact')}
              />
              {field('summary', 'Summary', '{{ $labels.instance }} is down')}
              <TextArea
                label="Description"
                placeholder="The value is {{ $values.B }}."
                value={draft.description}
                onChange={(event) => change({ description: event.currentTarget.value })}
              />
              {field('runbook', 'Runbook', 'https://wiki.example.com/runbooks/down')}
              <PairRows
                legend="Labels, which policies and silences match"
                what="a label"
                placeholder={['severity', 'page']}
                pairs={draft.labels}
                wrong={(key) => wrong(`label.${key}`)}
                onChange={(labels) => change({ labels })}
              />
              <PairRows
                legend="More annotations"
                what="an annotation"
                placeholder={['dashboard', 'https://…']}
                pairs={draft.annotations}
                wrong={() => null}
                onChange={(annotations) => change({ annotations })}
              />
            </div>
          </Card>
          {error !== null && (
            <Notice kind="error" title="It was not saved">
              {error}
            </Notice>
          )}
          {tried && Object.keys(problems).length > 0 && (
            <Notice kind="warning" title="Something is missing">
              {Object.values(problems).join(' · ')}
            </Notice>
          )}
          <div className={styles.buttons}>
            {draft.uid !== '' && !locked && (
              <Button
                variant="default"
                className={styles.left ?? ''}
                onClick={() => setOver('delete')}
              >
                Delete
              </Button>
            )}
            {!locked && draft.uid !== '' && (
              <Toggles
                label="State"
                items={[{ value: 'paused', name: 'Paused', on: draft.paused }]}
                onToggle={(_, paused) => change({ paused })}
              />
            )}
            <Button variant="default" onClick={() => window.history.back()}>
              Cancel
            </Button>
            {!locked && (
              <Button type="submit" loading={busy}>
                {draft.uid === '' ? 'Create the rule' : 'Save'}
              </Button>
            )}
          </div>
        </form>
        <div className={styles.side}>
          <PreviewPane draft={draft} />
        </div>
      </div>
      {over === 'folder' && (
        <NewFolderDialog
          onMade={(folderUid) => change({ folderUid })}
          onClose={() => setOver(null)}
        />
      )}
      {over === 'contact' && types.data !== undefined && (
        <ContactDialog
          point={null}
          types={types.data}
          onSaved={(receiver) => change({ receiver })}
          onClose={() => setOver(null)}
        />
      )}
      {over === 'delete' && (
        <DeleteRuleDialog uid={draft.uid} title={draft.title} onClose={() => setOver(null)} />
      )}
    </>
  );
}
