import {
  IconArrowDown,
  IconArrowUp,
  IconEye,
  IconEyeOff,
  IconPlus,
  IconTransform,
  IconTrash,
} from '@tabler/icons-react';
import { use, useState } from 'react';
import { TRANSFORMERS, transformerInfo } from '../../../dash/data/transform/catalogue';
import type { Frame } from '../../../dash/frame';
import type { Panel, Transformation } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Dropdown } from '../../../parts/Dropdown';
import { DropdownContext } from '../../../parts/dropdownContext';
import { EmptyState } from '../../../parts/EmptyState';
import { IconButton } from '../../../parts/IconButton';
import { TextField } from '../../../parts/TextField';
import { displayNames } from './fieldNames';
import { TransformForm } from './TransformForm';
import { useTransform } from '../../dashboard/useTransform';
import options from '../options/options.module.css';
import styles from './panel.module.css';

export interface TransformTabProps {
  panel: Panel;
  frames: readonly Frame[];
  names: readonly string[];
  onChange: (panel: Panel) => void;
}

/** What is done to the answers before they are drawn, step by step. */
export function TransformTab({ panel, frames, onChange }: TransformTabProps) {
  const { transformations } = panel;
  const set = (next: readonly Transformation[]) => onChange({ ...panel, transformations: next });
  const add = (id: string) =>
    set([
      ...transformations,
      { id, options: transformerInfo(id)?.defaults ?? {}, disabled: false },
    ]);
  if (transformations.length === 0) {
    return (
      <EmptyState
        icon={<IconTransform size={32} stroke={1.5} />}
        title="The data is drawn as it comes."
        action={<Add onAdd={add} />}
      >
        Transformations join, filter, calculate and rename before it is drawn.
      </EmptyState>
    );
  }
  return (
    <div className={styles.queries}>
      {transformations.map((one, i) => (
        <Step
          key={i}
          at={i}
          one={one}
          panel={panel}
          frames={frames}
          last={i === transformations.length - 1}
          onSet={(next) => set(transformations.with(i, next))}
          onMove={(by) => set(transformations.toSpliced(i, 1).toSpliced(i + by, 0, one))}
          onRemove={() => set(transformations.toSpliced(i, 1))}
        />
      ))}
      <div>
        <Add onAdd={add} />
      </div>
    </div>
  );
}

interface StepProps {
  at: number;
  one: Transformation;
  panel: Panel;
  frames: readonly Frame[];
  last: boolean;
  onSet: (next: Transformation) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function Step({ at, one, panel, frames, last, onSet, onMove, onRemove }: StepProps) {
  const info = transformerInfo(one.id);
  const name = info?.name ?? one.id;
  // What comes into this step: fields are named as the ones before leave them.
  const [cache, setCache] = useState({
    of: panel.transformations,
    before: panel.transformations.slice(0, at),
  });
  if (cache.of !== panel.transformations) {
    setCache({ of: panel.transformations, before: panel.transformations.slice(0, at) });
  }
  const run = useTransform(cache.before);
  const names = displayNames(frames, { ...panel, transformations: cache.before }, run);
  const Eye = one.disabled ? IconEyeOff : IconEye;
  return (
    <section className={styles.query} data-hidden={one.disabled || undefined} aria-label={name}>
      <header className={styles.queryBar}>
        <span className={styles.stepNo}>{at + 1}</span>
        <b>{name}</b>
        <span className={styles.dim}>{info?.description ?? 'Not known here; kept as it is'}</span>
        <div className={styles.queryTools}>
          <IconButton aria-label={`Move ${name} up`} disabled={at === 0} onClick={() => onMove(-1)}>
            <IconArrowUp size={16} />
          </IconButton>
          <IconButton aria-label={`Move ${name} down`} disabled={last} onClick={() => onMove(1)}>
            <IconArrowDown size={16} />
          </IconButton>
          <IconButton
            aria-label={one.disabled ? `Switch ${name} on` : `Switch ${name} off`}
            aria-pressed={one.disabled}
            onClick={() => onSet({ ...one, disabled: !one.disabled })}
          >
            <Eye size={16} />
          </IconButton>
          <IconButton aria-label={`Remove ${name}`} onClick={onRemove}>
            <IconTrash size={16} />
          </IconButton>
        </div>
      </header>
      <TransformForm
        id={one.id}
        options={{ ...info?.defaults, ...one.options }}
        names={names}
        refIds={panel.targets.map(({ refId }) => refId)}
        onChange={(next) => onSet({ ...one, options: next })}
      />
    </section>
  );
}

function Add({ onAdd }: { onAdd: (id: string) => void }) {
  return (
    <Dropdown
      label="Add a transformation"
      kind="dialog"
      width={360}
      trigger={(trigger) => (
        <Button variant="default" leftSection={<IconPlus size={16} />} {...trigger}>
          Add transformation
        </Button>
      )}
    >
      <Choices onAdd={onAdd} />
    </Dropdown>
  );
}

function Choices({ onAdd }: { onAdd: (id: string) => void }) {
  const { close } = use(DropdownContext);
  const [text, setText] = useState('');
  const words = text.trim().toLowerCase();
  const found = TRANSFORMERS.filter(
    (one) => !one.hidden && `${one.name} ${one.description}`.toLowerCase().includes(words),
  );
  return (
    <div className={options.list}>
      <TextField
        aria-label="Search transformations"
        placeholder="Search: join, rename, total"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {found.map((one) => (
        <button
          key={one.id}
          type="button"
          data-item
          className={options.kind}
          onClick={() => {
            close();
            onAdd(one.id);
          }}
        >
          <span>
            <b>{one.name}</b>
            <small>{one.description}</small>
          </span>
        </button>
      ))}
    </div>
  );
}
