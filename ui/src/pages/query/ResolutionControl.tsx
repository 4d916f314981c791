import { Button, Menu, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { Density, PanelState } from '../../lib/panelUrl';
import { formatDuration, parseDuration } from '../../lib/time';
import { autoStep, stepOf } from '../../lib/timeRange';

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
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const stepMs = parseDuration(text);
  const step = formatDuration(stepOf(rangeMs, resolution));
  const wrong = text !== '' && stepMs === null;
  const apply = () => {
    if (stepMs === null) return;
    onChange({ ...panel, resolution: { kind: 'fixed', stepMs } });
    setOpen(false);
  };
  return (
    <Menu position="bottom-start" opened={open} onChange={setOpen} width={232}>
      <Menu.Target>
        <Button
          variant="default"
          title="How far apart the points are"
          rightSection={<IconChevronDown size={14} />}
        >
          {resolution.kind === 'auto' ? `Step auto (${step})` : `Step ${step}`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Points follow the range</Menu.Label>
        {DENSITIES.map(([density, name]) => (
          <Menu.Item
            key={density}
            data-chosen={
              (resolution.kind === 'auto' && resolution.density === density) || undefined
            }
            rightSection={formatDuration(autoStep(rangeMs, density))}
            onClick={() => onChange({ ...panel, resolution: { kind: 'auto', density } })}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>Always the same step</Menu.Label>
        <form
          style={{ padding: '0 4px 4px' }}
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <TextInput
            aria-label="Step"
            placeholder="15s, 5m, 1h"
            value={text}
            error={wrong ? 'A duration such as 15s or 5m' : null}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => event.stopPropagation()}
          />
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
