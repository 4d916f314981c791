import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconEye,
  IconEyeOff,
  IconTrash,
} from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { errorPosition } from '../../../lib/errorPosition';
import { annotationHint } from '../../../lib/hints';
import { isExpression, MIXED } from '../../../dash/model/sources';
import type { Panel, Target } from '../../../dash/model';
import { findSource } from '../../../dash/query/sources';
import { interpolate, withScopedVars } from '../../../dash/variables/interpolate';
import { IconButton } from '../../../parts/IconButton';
import { Notice } from '../../../parts/Notice';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { ExpressionField, type Notes } from '../../../promql/ExpressionField';
import { useSessionState } from '../../dashboard/context';
import { fillExpr } from './fillExpr';
import { macro, referenceName } from './macros';
import type { QueryTabProps } from './QueryTab';
import { RawTarget } from './RawTarget';
import { plainSourceOptions } from './sourceOptions';
import { TargetOptions } from './TargetOptions';
import { duplicateTarget, moveTarget, refIdError, refOf, removeTarget, setTarget } from './targets';
import styles from './panel.module.css';

export interface QueryRowProps extends QueryTabProps {
  target: Target;
  first: boolean;
  last: boolean;
}

/** One query: what is asked, of whom, and how its answer is called. */
export function QueryRow(props: QueryRowProps) {
  const { session, panel, target, data, onChange } = props;
  const { refId } = target;
  const set = (next: Target) => onChange(setTarget(panel, refId, next));
  const mixed = panel.datasource.uid === MIXED;
  const scope = useSessionState((state) => state.scope);
  const source = findSource(target.datasource, session.deps.sources, scope)?.source;
  const prometheus = source === undefined || source.type === 'prometheus';
  const error = data.errors.get(refId) ?? '';
  return (
    <section
      className={styles.query}
      data-hidden={target.hide || undefined}
      aria-label={`Query ${refId}`}
    >
      <header className={styles.queryBar}>
        <RefId panel={panel} refId={refId} onRename={(next) => set({ ...target, refId: next })} />
        {mixed && (
          <Select
            label={`Data source of ${refId}`}
            hideLabel
            value={target.datasource.uid}
            options={plainSourceOptions(session, target.datasource)}
            onChange={(uid) => {
              const found = session.deps.sources.find((one) => one.uid === uid);
              set({
                ...target,
                datasource: found === undefined ? { type: 'prometheus', uid } : refOf(found),
              });
            }}
          />
        )}
        {target.hide && <span className={styles.dim}>Not asked</span>}
        <Tools {...props} set={set} />
      </header>
      {isExpression(target.datasource) || !prometheus ? (
        <RawTarget target={target} onChange={set} />
      ) : (
        <Expression {...props} source={source?.uid ?? ''} advised={source?.own ?? true} />
      )}
      {error !== '' && <Notice kind="error">{error}</Notice>}
    </section>
  );
}

function Tools({
  panel,
  target,
  first,
  last,
  onChange,
  set,
}: QueryRowProps & { set: (t: Target) => void }) {
  const { refId, hide } = target;
  const Eye = hide ? IconEyeOff : IconEye;
  return (
    <div className={styles.queryTools}>
      <IconButton
        aria-label={`Move query ${refId} up`}
        title="Up"
        disabled={first}
        onClick={() => onChange(moveTarget(panel, refId, -1))}
      >
        <IconArrowUp size={16} />
      </IconButton>
      <IconButton
        aria-label={`Move query ${refId} down`}
        title="Down"
        disabled={last}
        onClick={() => onChange(moveTarget(panel, refId, 1))}
      >
        <IconArrowDown size={16} />
      </IconButton>
      <IconButton
        aria-label={hide ? `Ask query ${refId} again` : `Hide query ${refId}`}
        title={hide ? 'Ask again' : 'Hide'}
        aria-pressed={hide}
        onClick={() => set({ ...target, hide: !hide })}
      >
        <Eye size={16} />
      </IconButton>
      <IconButton
        aria-label={`Duplicate query ${refId}`}
        title="Duplicate"
        onClick={() => onChange(duplicateTarget(panel, refId))}
      >
        <IconCopy size={16} />
      </IconButton>
      <IconButton
        aria-label={`Remove query ${refId}`}
        title="Remove"
        onClick={() => onChange(removeTarget(panel, refId))}
      >
        <IconTrash size={16} />
      </IconButton>
    </div>
  );
}

interface RefIdProps {
  panel: Panel;
  refId: string;
  onRename: (refId: string) => void;
}

function RefId({ panel, refId, onRename }: RefIdProps) {
  const [text, setText] = useState(refId);
  const error = refIdError(panel, refId, text);
  const done = () => {
    if (error !== null) setText(refId);
    else if (text !== refId) onRename(text);
  };
  return (
    <TextField
      className={styles.refId ?? ''}
      aria-label={`Name of query ${refId}`}
      value={text}
      error={error}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === 'Enter') done();
      }}
    />
  );
}

type ExpressionProps = QueryRowProps & { source: string; advised: boolean };

function Expression(props: ExpressionProps) {
  const { session, panel, target, data, panelKey, onChange, first } = props;
  const { refId } = target;
  const [draft, setDraft] = useState(target.expr);
  const [given, setGiven] = useState(target.expr);
  if (given !== target.expr) {
    setGiven(target.expr);
    setDraft(target.expr);
  }
  const set = (next: Target) => onChange(setTarget(panel, refId, next));
  const run = (expr: string) => {
    if (expr === target.expr) session.runner.refreshPanel(panelKey);
    else set({ ...target, expr });
  };
  const fill = useFill(props);
  const error = data.errors.get(refId) ?? '';
  const mark = useMemo(
    () =>
      error === '' || fill(target.expr).text !== target.expr
        ? null
        : errorPosition(error, target.expr),
    [error, target.expr, fill],
  );
  const notes = useMemo((): Notes => {
    const expr = target.expr;
    return {
      expr,
      hints: data.notices
        .filter(({ severity }) => severity !== 'error')
        .map(({ text, severity }) =>
          annotationHint(text, severity === 'warning' ? 'warning' : 'info', expr),
        )
        // Of several queries nobody says which one is meant.
        .filter(() => panel.targets.length === 1),
    };
  }, [data.notices, target.expr, panel.targets.length]);
  return (
    <>
      <div
        onBlur={(event) => {
          // Whoever goes elsewhere has done typing.
          const inside =
            event.relatedTarget instanceof Node &&
            event.currentTarget.contains(event.relatedTarget);
          if (!inside && draft !== target.expr) set({ ...target, expr: draft });
        }}
      >
        <ExpressionField
          value={draft}
          onChange={setDraft}
          onExecute={run}
          mark={mark}
          lit={null}
          notes={notes}
          invalid={mark !== null && draft === target.expr}
          autoFocus={first && target.expr === ''}
          source={props.source}
          fill={fill}
          advised={props.advised}
        />
      </div>
      <TargetOptions target={target} onChange={set} />
    </>
  );
}

/** Of one row: variables as the panel has them, macros near enough. */
function useFill({ session, panelKey, data }: QueryRowProps) {
  const scope = useSessionState((state) => state.scope);
  const shown = session.findPanel(panelKey);
  const scoped = shown?.scopedVars;
  const intervalMs = data.request?.interval.intervalMs ?? 15_000;
  const { range } = session.state;
  return useCallback(
    (expr: string) =>
      fillExpr(expr, (reference) => {
        const own = scoped === undefined ? scope : withScopedVars(scope, scoped);
        return (
          macro(referenceName(reference), intervalMs, range) ??
          interpolate(reference, own, 'promql')
        );
      }),
    [scope, scoped, intervalMs, range],
  );
}
