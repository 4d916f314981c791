import { IconDotsVertical } from '@tabler/icons-react';
import { Fragment } from 'react';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { DropdownLabel } from '../../parts/DropdownLabel';
import { IconButton } from '../../parts/IconButton';
import type { MenuAction, MenuItem } from './menu';

export interface PanelMenuProps {
  title: string;
  /** Made when it opens. */
  items: () => readonly MenuItem[];
  onAction: (action: MenuAction) => void;
}

const GROUPS = [
  ['look', null],
  ['inspect', 'Inspect'],
  ['more', 'More'],
  ['remove', null],
] as const;

export function PanelMenu({ title, items, onAction }: PanelMenuProps) {
  return (
    <Dropdown
      label={`Menu of ${title === '' ? 'the panel' : title}`}
      align="end"
      width={216}
      trigger={(trigger) => (
        <IconButton
          {...trigger}
          size={28}
          aria-label={`Menu of ${title === '' ? 'the panel' : title}`}
          title="Menu"
        >
          <IconDotsVertical size={16} />
        </IconButton>
      )}
    >
      <Items items={items} onAction={onAction} />
    </Dropdown>
  );
}

function Items({ items, onAction }: Omit<PanelMenuProps, 'title'>) {
  const all = items();
  return GROUPS.map(([group, name]) => {
    const own = all.filter((item) => item.group === group);
    if (own.length === 0) return null;
    return (
      <Fragment key={group}>
        {name !== null && <DropdownLabel>{name}</DropdownLabel>}
        {own.map(({ action, name: words, keys }) => (
          <DropdownItem
            key={action}
            onClick={() => onAction(action)}
            {...(keys === undefined ? {} : { aside: keys })}
          >
            {words}
          </DropdownItem>
        ))}
      </Fragment>
    );
  });
}
