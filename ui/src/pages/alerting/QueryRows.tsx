import { IconPlus, IconX } from '@tabler/icons-react';
import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { Select } from '../../parts/Select';
import { ExpressionField, type Notes } from '../../promql/ExpressionField';
import { freeRef, newQuery, type QueryDraft, type RuleDraft } from './model/draft';
import type { SourceChoice } from './useContacts';
import styles from './editor.module.css';

export interface QueryRowsProps {
  draft: RuleDraft;
  sources: readonly SourceChoice[];
  wrong: (field: string) => string | null;
  onChange: (change: Partial<RuleDraft>) => void;
}

const NO_NOTES: Notes = { expr: '', hints: [] };

export function QueryRows({ draft, sources, wrong, onChange }: QueryRowsProps) {
  const { queries, conditions } = draft;
  const set = (refId: string, change: Partial<QueryDraft>) =>
    onChange({
      queries: queries.map((one) => (one.refId === refId ? { ...one, ...change } : one)),
    });
  const remove = (refId: string) => {
    const rest = queries.filter((one) => one.refId !== refId);
    const other = rest[0]?.refId ?? 'A';
    onChange({
      queries: rest,
      conditions: conditions.map((one) => (one.refId === refId ? { ...one, refId: other } : one)),
    });
  };
  const add = () => {
    const taken = new Set([
      ...queries.map(({ refId }) => refId),
      ...conditions.flatMap((one) => [one.reduceRef, one.thresholdRef]),
      draft.rootRef,
    ]);
    const source = queries.at(-1)?.sourceUid ?? sources[0]?.uid ?? '';
    onChange({ queries: [...queries, newQuery(freeRef(taken), '', source)] });
  };
  return (
    <div className={styles.queries}>
      {queries.map((query) => (
        <div key={query.refId} className={styles.query}>
          <span className={styles.ref} title={`Query ${query.refId}`}>
            {query.refId}
          </span>
          <div className={styles.expression}>
            <ExpressionField
              value={query.expr}
              mark={null}
              lit={null}
              notes={NO_NOTES}
              invalid={wrong(`query.${query.refId}`) !== null}
              onChange={(expr) => set(query.refId, { expr })}
              onExecute={(expr) => set(query.refId, { expr })}
            />
            {wrong(`query.${query.refId}`) !== null && (
              <p className={styles.wrong}>{wrong(`query.${query.refId}`)}</p>
            )}
          </div>
          {(sources.length > 1 || !sources.some(({ uid }) => uid === query.sourceUid)) && (
            <Select
              label={`Data source of query ${query.refId}`}
              hideLabel
              value={query.sourceUid}
              onChange={(sourceUid) => set(query.refId, { sourceUid })}
              options={[
                ...(sources.some(({ uid }) => uid === query.sourceUid)
                  ? []
                  : [{ value: query.sourceUid, name: query.sourceUid || 'Choose a source' }]),
                ...sources.map(({ uid, name }) => ({ value: uid, name })),
              ]}
            />
          )}
          {queries.length > 1 && (
            <IconButton
              size={32}
              aria-label={`Remove query ${query.refId}`}
              onClick={() => remove(query.refId)}
            >
              <IconX size={16} />
            </IconButton>
          )}
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        className={styles.add}
        leftSection={<IconPlus size={14} />}
        onClick={add}
      >
        Add a query
      </Button>
    </div>
  );
}
