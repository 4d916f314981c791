import {
  IconDeviceDesktop,
  IconKeyboard,
  IconMenu2,
  IconMoon,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { Link } from 'wouter';
import { IconButton } from '../parts/IconButton';
import type { Crumb } from '../parts/pageFrame';
import type { ColourScheme } from '../parts/colourScheme';
import { HAS_ACCOUNTS } from '../parts/session';
import styles from './TopBar.module.css';
import { UserMenu } from './UserMenu';

export interface TopBarProps {
  title: string;
  /** The place the title lies under, if any. */
  parent: string | null;
  /** The same as links, where the page knows them. */
  crumbs: readonly Crumb[];
  onSlot: (element: HTMLElement | null) => void;
  onMenu: () => void;
  menuOpen: boolean;
  onPalette: () => void;
  onHelp: () => void;
  colourScheme: ColourScheme;
  onTheme: () => void;
}

const THEMES = {
  auto: { icon: IconDeviceDesktop, name: 'as the system' },
  light: { icon: IconSun, name: 'light' },
  dark: { icon: IconMoon, name: 'dark' },
} as const;

const MODIFIER = /Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

export function TopBar(props: TopBarProps) {
  const { title, parent, crumbs, onSlot, onMenu, menuOpen, onPalette, onHelp, onTheme } = props;
  const { icon: ThemeIcon, name } = THEMES[props.colourScheme];
  return (
    <header className={styles.bar}>
      <IconButton
        variant="subtle"
        size={36}
        className={styles.menu}
        aria-label="Pages"
        aria-expanded={menuOpen}
        aria-controls="rail"
        onClick={onMenu}
      >
        <IconMenu2 size={20} />
      </IconButton>
      <h1 className={styles.title}>
        {crumbs.map((crumb) => (
          <span key={crumb.href} className={styles.parent}>
            <Link href={crumb.href} className={styles.crumb}>
              {crumb.name}
            </Link>
            {' / '}
          </span>
        ))}
        {parent !== null && <span className={styles.parent}>{`${parent} / `}</span>}
        {title}
      </h1>
      <div className={styles.slot} ref={onSlot} />
      <button
        type="button"
        className={styles.search}
        title="Search pages, dashboards, metrics and actions"
        onClick={onPalette}
      >
        <IconSearch size={16} aria-hidden />
        <span className={styles.searchText}>Search</span>
        <kbd className={styles.kbd}>{`${MODIFIER} K`}</kbd>
      </button>
      <IconButton
        variant="subtle"
        size={32}
        aria-label={`Theme: ${name}`}
        title={`Theme: ${name}`}
        onClick={onTheme}
      >
        <ThemeIcon size={18} />
      </IconButton>
      <IconButton
        variant="subtle"
        size={32}
        className={styles.keys}
        aria-label="Keys"
        title="Keys (?)"
        onClick={onHelp}
      >
        <IconKeyboard size={18} />
      </IconButton>
      {HAS_ACCOUNTS && <UserMenu />}
    </header>
  );
}
