import { useState } from 'react';
import { Button } from '../../parts/Button';
import { Card } from '../../parts/Card';
import { Notice } from '../../parts/Notice';
import { Segments } from '../../parts/Segments';
import { TextArea } from '../../parts/TextArea';
import { TextField } from '../../parts/TextField';
import { objects } from '../../dash/model/json';
import { ConditionRows } from './ConditionRows';
import type { RuleDraft } from './model/draft';
import { partsOf } from './model/fromRule';
import { dataOf, readJson } from './model/toRule';
import { QueryRows } from './QueryRows';
import type { SourceChoice } from './useContacts';
import styles from './editor.module.css';

export interface ConditionCardProps {
  draft: RuleDraft;
  sources: readonly SourceChoice[];
  wrong: (field: string) => string | null;
  onChange: (change: Partial<RuleDraft>) => void;
}

/** What is looked at and what it is compared with; as a sentence, or as the JSON that is stored. */
export function ConditionCard({ draft, sources, wrong, onChange }: ConditionCardProps) {
  const { shape } = draft;
  const toJson = () => {
    const { condition, data } = dataOf(draft);
    onChange({ shape: 'json', json: JSON.stringify(data, null, 2), jsonCondition: condition });
  };
  if (shape === 'json') return <JsonCard {...{ draft, wrong, onChange }} />;
  return (
    <Card
      title="Condition"
      aside={
        <Button variant="default" size="xs" onClick={toJson}>
          As JSON
        </Button>
      }
    >
      <div className={styles.body}>
        <ConditionRows {...{ draft, shape, wrong, onChange }} />
        <QueryRows {...{ draft, sources, wrong, onChange }} />
        <div className={styles.shape}>
          <Segments
            aria-label="How many alerts"
            value={shape}
            onChange={(next) => onChange({ shape: next })}
            data={[
              { value: 'each', label: 'An alert for each series' },
              { value: 'all', label: 'One alert for all' },
            ]}
          />
          <p className={styles.hint}>
            {shape === 'each'
              ? 'Three instances down are three alerts, each with its labels.'
              : 'One alert as soon as any series meets the condition; it has no labels of a series. Grafana calls this a classic condition.'}
          </p>
        </div>
      </div>
    </Card>
  );
}

type JsonCardProps = Omit<ConditionCardProps, 'sources'>;

function JsonCard({ draft, wrong, onChange }: JsonCardProps) {
  const [refused, setRefused] = useState(false);
  const parsed = readJson(draft.json);
  const error = parsed.ok ? null : parsed.error;
  const back = () => {
    const parts = parsed.ok ? partsOf(objects(parsed.data), draft.jsonCondition) : null;
    setRefused(parts === null);
    if (parts !== null) onChange(parts);
  };
  return (
    <Card
      title="Queries and expressions"
      aside={
        draft.record === null ? (
          <Button variant="default" size="xs" onClick={back}>
            As a sentence
          </Button>
        ) : undefined
      }
    >
      <div className={styles.body}>
        {refused && (
          <Notice kind="info" title="A sentence cannot say this">
            It needs a query, one comparison of its values, and AND or OR between them.
          </Notice>
        )}
        <TextArea
          label="data"
          code
          rows={18}
          spellCheck={false}
          value={draft.json}
          error={error ?? wrong('json')}
          onChange={(event) => onChange({ json: event.currentTarget.value })}
        />
        {draft.record === null && (
          <TextField
            label="The refId that decides"
            value={draft.jsonCondition}
            error={wrong('jsonCondition')}
            onChange={(event) => onChange({ jsonCondition: event.currentTarget.value })}
          />
        )}
      </div>
    </Card>
  );
}
