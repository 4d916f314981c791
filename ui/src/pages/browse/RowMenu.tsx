import { IconDots } from '@tabler/icons-react';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { IconButton } from '../../parts/IconButton';

export interface RowMenuProps {
  label: string;
  items: readonly { readonly name: string; readonly onClick: () => void }[];
}

export function RowMenu({ label, items }: RowMenuProps) {
  return (
    <Dropdown
      label={label}
      align="end"
      width={180}
      trigger={(props) => (
        <IconButton aria-label={label} {...props}>
          <IconDots size={16} />
        </IconButton>
      )}
    >
      {items.map(({ name, onClick }) => (
        <DropdownItem key={name} onClick={onClick}>
          {name}
        </DropdownItem>
      ))}
    </Dropdown>
  );
}
