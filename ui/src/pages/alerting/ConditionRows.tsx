import { IconPlus, IconX } from '@tabler/icons-react';
import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { newCondition, type ConditionDraft, type RuleDraft } from './model/draft';
import { isInstant } from './model/toRule';
import {
  evaluatorOf,
  evaluatorsFor,
  reducersFor,
  REDUCERS,
  EVALUATORS,
  type Shape,
} from './model/words';
import styles from './editor.module.css';

export interface ConditionRowsProps {
  draft: RuleDraft;
  shape: Shape;
  wrong: (field: string) => string | null;
  onChange: (change: Partial<RuleDraft>) => void;
}

/** What a list offers, and what is chosen although the shape has no such thing. */
function offer<T extends { readonly id: string }>(
  known: readonly T[],
  all: readonly T[],
  chosen: string,
): readonly T[] {
  if (known.some(({ id }) => id === chosen)) return known;
  return [...known, ...all.filter(({ id }) => id === chosen)];
}

/** The sentence: WHEN last() OF A IS BELOW 1, as many times as it takes. */
export function ConditionRows({ draft, shape, wrong, onChange }: ConditionRowsProps) {
  const { conditions } = draft;
  const set = (at: number, change: Partial<ConditionDraft>) =>
    onChange({
      conditions: conditions.map((one, i) => (i === at ? { ...one, ...change } : one)),
    });
  return (
    <div className={styles.sentence}>
      {conditions.map((one, i) => (
        <ConditionRow
          key={one.key}
          {...{ one, draft, shape }}
          first={i === 0}
          error={wrong(`condition.${one.key}`)}
          windowError={wrong(`window.${one.refId}`)}
          onSet={(change) => set(i, change)}
          onWindow={(window) =>
            onChange({
              queries: draft.queries.map((query) =>
                query.refId === one.refId ? { ...query, window } : query,
              ),
            })
          }
          onRemove={
            conditions.length === 1
              ? null
              : () => onChange({ conditions: conditions.filter((_, at) => at !== i) })
          }
        />
      ))}
      <Button
        variant="default"
        size="xs"
        className={styles.add}
        leftSection={<IconPlus size={14} />}
        onClick={() =>
          onChange({
            conditions: [...conditions, newCondition(draft.queries.at(-1)?.refId ?? 'A')],
          })
        }
      >
        Add a condition
      </Button>
    </div>
  );
}

interface ConditionRowProps {
  one: ConditionDraft;
  draft: RuleDraft;
  shape: Shape;
  first: boolean;
  error: string | null;
  windowError: string | null;
  onSet: (change: Partial<ConditionDraft>) => void;
  onWindow: (window: string) => void;
  onRemove: (() => void) | null;
}

function ConditionRow(props: ConditionRowProps) {
  const { one, draft, shape, first, error, onSet } = props;
  const evaluator = evaluatorOf(one.evaluator);
  const wanted = evaluator?.params ?? 1;
  const window = draft.queries.find(({ refId }) => refId === one.refId)?.window ?? '';
  const param = (at: 0 | 1, label: string) => (
    <TextField
      className={styles.number}
      aria-label={label}
      inputMode="decimal"
      placeholder={at === 0 ? '1' : '2'}
      value={one.params[at]}
      error={error !== null}
      onChange={(event) => {
        const { value } = event.currentTarget;
        onSet({ params: at === 0 ? [value, one.params[1]] : [one.params[0], value] });
      }}
    />
  );
  return (
    <div>
      <div className={styles.condition} role="group" aria-label="Condition">
        {first ? (
          <span className={styles.word}>WHEN</span>
        ) : (
          <Select
            label="How it joins the one before"
            hideLabel
            value={one.join}
            onChange={(join) => onSet({ join: join === 'or' ? 'or' : 'and' })}
            options={[
              { value: 'and', name: 'AND' },
              { value: 'or', name: 'OR' },
            ]}
          />
        )}
        <div className={styles.reducer}>
          <Select
            label="Of its values"
            hideLabel
            value={one.reducer}
            onChange={(reducer) => onSet({ reducer })}
            options={offer(reducersFor(shape), REDUCERS, one.reducer).map(({ id }) => ({
              value: id,
              name: `${id}()`,
            }))}
          />
        </div>
        <span className={styles.word}>OF</span>
        <Select
          label="Query"
          hideLabel
          value={one.refId}
          onChange={(refId) => onSet({ refId })}
          options={draft.queries.map(({ refId }) => ({ value: refId, name: `query ${refId}` }))}
        />
        {!isInstant(draft, one.refId) && (
          <>
            <span className={styles.word}>OVER</span>
            <TextField
              className={styles.time}
              aria-label={`How far back query ${one.refId} looks`}
              placeholder="10m"
              value={window}
              error={props.windowError !== null}
              onChange={(event) => props.onWindow(event.currentTarget.value)}
            />
          </>
        )}
        <div className={styles.comparison}>
          <Select
            label="Comparison"
            hideLabel
            value={one.evaluator}
            onChange={(id) => onSet({ evaluator: id })}
            options={offer(evaluatorsFor(shape), EVALUATORS, one.evaluator).map(
              ({ id, words }) => ({
                value: id,
                name: words,
              }),
            )}
          />
        </div>
        {wanted > 0 && param(0, wanted === 2 ? 'From' : 'Threshold')}
        {wanted === 2 && <span className={styles.word}>TO</span>}
        {wanted === 2 && param(1, 'To')}
        {props.onRemove !== null && (
          <IconButton size={32} aria-label="Remove this condition" onClick={props.onRemove}>
            <IconX size={16} />
          </IconButton>
        )}
      </div>
      {(error ?? props.windowError) !== null && (
        <p className={styles.wrong}>{error ?? props.windowError}</p>
      )}
    </div>
  );
}
