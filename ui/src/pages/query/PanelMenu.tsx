import { IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import type { TooltipMode } from '../../chart/tooltip';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { DropdownLabel } from '../../parts/DropdownLabel';
import { IconButton } from '../../parts/IconButton';

export interface PanelMenuProps {
  tooltip: TooltipMode;
  onTooltip: (mode: TooltipMode) => void;
  onDuplicate: () => void;
  /** Null for the only panel there is. */
  onRemove: (() => void) | null;
}

const HOVER_MODES: readonly (readonly [TooltipMode, string])[] = [
  ['all', 'All series'],
  ['nearest', 'The nearest series'],
];

export function PanelMenu({ tooltip, onTooltip, onDuplicate, onRemove }: PanelMenuProps) {
  return (
    <Dropdown
      label="Panel actions"
      align="end"
      width={208}
      trigger={(props) => (
        <IconButton {...props} variant="subtle" size={36} aria-label="Panel actions">
          <IconDots size={18} />
        </IconButton>
      )}
    >
      <DropdownLabel>Hovering the graph shows</DropdownLabel>
      {HOVER_MODES.map(([mode, name]) => (
        <DropdownItem key={mode} chosen={mode === tooltip} onClick={() => onTooltip(mode)}>
          {name}
        </DropdownItem>
      ))}
      <DropdownLabel>This panel</DropdownLabel>
      <DropdownItem icon={<IconCopy size={16} />} onClick={onDuplicate}>
        Duplicate
      </DropdownItem>
      <DropdownItem
        icon={<IconTrash size={16} />}
        disabled={onRemove === null}
        onClick={() => onRemove?.()}
      >
        Remove
      </DropdownItem>
    </Dropdown>
  );
}
