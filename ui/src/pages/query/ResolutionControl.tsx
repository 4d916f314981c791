import { IconChevronDown } from '@tabler/icons-react';
import type { Density, PanelState } from '../../lib/panelUrl';
import { formatDuration } from '../../lib/time';
import { autoStep, stepOf } from '../../lib/timeRange';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { DropdownLabel } from '../../parts/DropdownLabel';
import { StepForm } from './StepForm';
import { Button } from '../../parts/Button';

export interface ResolutionControlProps {
  panel: PanelState;
  onChange: (panel: PanelState) => void;
}

const DENSITIES: readonly (readonly [Density, string])[] = [
  ['low', 'Coarse'],
  ['medium', 'Medium'],
  ['high', 'Fine'],
];

export function ResolutionControl({ panel, onChange }: ResolutionControlProps) {
  const { resolution, rangeMs } = panel;
  const step = formatDuration(stepOf(rangeMs, resolution));
  return (
    <Dropdown
      label="How far apart the points are"
      kind="dialog"
      width={232}
      trigger={(props) => (
        <Button
          {...props}
          variant="default"
          title="How far apart the points are"
          rightSection={<IconChevronDown size={14} />}
        >
          {resolution.kind === 'auto' ? `Step auto (${step})` : `Step ${step}`}
        </Button>
      )}
    >
      <DropdownLabel>Points follow the range</DropdownLabel>
      {DENSITIES.map(([density, name]) => (
        <DropdownItem
          key={density}
          chosen={resolution.kind === 'auto' && resolution.density === density}
          aside={formatDuration(autoStep(rangeMs, density))}
          onClick={() => onChange({ ...panel, resolution: { kind: 'auto', density } })}
        >
          {name}
        </DropdownItem>
      ))}
      <DropdownLabel>Always the same step</DropdownLabel>
      <StepForm
        onApply={(stepMs) => onChange({ ...panel, resolution: { kind: 'fixed', stepMs } })}
      />
    </Dropdown>
  );
}
