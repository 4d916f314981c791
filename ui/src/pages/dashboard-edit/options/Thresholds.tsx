import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Thresholds as Values } from '../../../dash/frame';
import { Button } from '../../../parts/Button';
import { IconButton } from '../../../parts/IconButton';
import { Segments } from '../../../parts/Segments';
import { ColourInput } from './ColourInput';
import { NumberInput } from './NumberInput';
import { addStep, removeStep, sameSteps, setStep } from './thresholdSteps';
import styles from './options.module.css';

export interface ThresholdsProps {
  value: Values;
  onChange: (value: Values) => void;
}

/** Greatest first, as a scale is read; the lowest holds for all that is below. */
export function Thresholds({ value, onChange: tell }: ThresholdsProps) {
  // While a number is typed its step stays where it is; it goes to its place afterwards.
  const [own, setOwn] = useState(value);
  const shown = sameSteps(own, value) ? own : value;
  const onChange = (next: Values) => {
    setOwn(next);
    tell(next);
  };
  return (
    <div onBlur={() => setOwn(value)}>
      <Steps value={shown} onChange={onChange} />
    </div>
  );
}

function Steps({ value, onChange }: ThresholdsProps) {
  const { steps, mode } = value;
  const last = steps.length - 1;
  return (
    <div className={styles.stack}>
      <ol className={styles.steps} reversed>
        {steps.map((_, back) => {
          const i = last - back;
          const step = steps[i];
          if (step === undefined) return null;
          return (
            <li key={i} className={styles.step}>
              <ColourInput
                label={i === 0 ? 'Colour of the base' : `Colour from ${step.value}`}
                value={step.color}
                onChange={(color) => onChange(setStep(value, i, { color }))}
              />
              {i === 0 ? (
                <span className={styles.base}>Base</span>
              ) : (
                <NumberInput
                  aria-label={`Threshold ${i}`}
                  placeholder="Value"
                  value={step.value}
                  onChange={(next) => {
                    if (next !== undefined) onChange(setStep(value, i, { value: next }));
                  }}
                />
              )}
              {i > 0 && (
                <IconButton
                  aria-label={`Remove the threshold ${step.value}`}
                  onClick={() => onChange(removeStep(value, i))}
                >
                  <IconTrash size={15} />
                </IconButton>
              )}
            </li>
          );
        })}
      </ol>
      <div className={styles.line}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange(addStep(value))}
        >
          Add threshold
        </Button>
        <Segments
          aria-label="Thresholds are"
          value={mode}
          data={[
            { value: 'absolute', label: 'Absolute' },
            { value: 'percentage', label: 'Percent' },
          ]}
          onChange={(next) => onChange({ ...value, mode: next })}
        />
      </div>
    </div>
  );
}
