import {
  useEffect,
  useId,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { flushSync } from 'react-dom';
import { DropdownContext } from './dropdownContext';
import styles from './Dropdown.module.css';

/** What the button that opens it must be given. */
export interface DropdownTrigger {
  readonly popoverTarget: string;
  readonly 'aria-haspopup': 'menu' | 'dialog';
  readonly 'aria-expanded': boolean;
}

export interface DropdownProps {
  trigger: (props: DropdownTrigger) => ReactNode;
  label: string;
  /** A menu holds items alone; a dialog anything. */
  kind?: 'menu' | 'dialog';
  align?: 'start' | 'end';
  width?: number;
  onOpen?: () => void;
  children: ReactNode;
}

const GAP = 6;
const EDGE = 8;
const ROOM = 240;

/** Where it goes: below the button, or above where there is no room, inside of the window. */
function placeAt(button: DOMRect, align: 'start' | 'end', width: number): CSSProperties {
  const below = window.innerHeight - button.bottom;
  const up = below < ROOM && button.top > below;
  const wish = align === 'start' ? button.left : button.right - width;
  const left = Math.max(EDGE, Math.min(wish, document.documentElement.clientWidth - width - EDGE));
  return up
    ? { left, bottom: window.innerHeight - button.top + GAP, maxHeight: button.top - GAP - EDGE }
    : { left, top: button.bottom + GAP, maxHeight: below - GAP - EDGE };
}

/** Opens over the page at its button. The browser closes it on Escape and on a press elsewhere. */
export function Dropdown(props: DropdownProps) {
  const { trigger, label, kind = 'menu', align = 'start', width = 200, onOpen, children } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<CSSProperties | null>(null);
  const open = place !== null;
  const close = () => box.current?.hidePopover();

  useEffect(() => {
    if (!open) return;
    const away = (event: Event) => {
      const inside = event.target instanceof Node && box.current?.contains(event.target) === true;
      if (!inside) box.current?.hidePopover();
    };
    window.addEventListener('scroll', away, true);
    window.addEventListener('resize', away);
    return () => {
      window.removeEventListener('scroll', away, true);
      window.removeEventListener('resize', away);
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(box.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])].filter(
      (item) => !item.hasAttribute('disabled'),
    );
    const at = items.findIndex((item) => item === document.activeElement);
    const typing = event.target instanceof HTMLInputElement;
    const steps: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: at <= 0 ? items.length - 1 : at - 1,
      ...(typing ? {} : { Home: 0, End: items.length - 1 }),
    };
    const next = items[steps[event.key] ?? -1];
    if (next !== undefined) {
      next.focus();
      event.preventDefault();
    } else if (event.key === 'Tab' && kind === 'menu') close();
  };

  return (
    <>
      {trigger({ popoverTarget: id, 'aria-haspopup': kind, 'aria-expanded': open })}
      <div
        ref={box}
        id={id}
        popover="auto"
        role={kind}
        aria-label={label}
        className={styles.box}
        data-kind={kind}
        style={{ width, ...place }}
        onKeyDown={onKeyDown}
        onBeforeToggle={(event) => {
          if (event.newState !== 'open') return;
          const button = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
          if (button === null) return;
          onOpen?.();
          flushSync(() => setPlace(placeAt(button.getBoundingClientRect(), align, width)));
          // The browser moves the focus there as it opens, before the next key comes.
          box.current
            ?.querySelector('[data-item]:not([disabled]), input')
            ?.setAttribute('autofocus', '');
        }}
        onToggle={(event) => {
          // What is inside goes only now: the browser has taken the focus back to the button.
          if (event.newState === 'closed') setPlace(null);
        }}
      >
        <DropdownContext value={{ close, role: kind === 'menu' ? 'menuitem' : undefined }}>
          {open && children}
        </DropdownContext>
      </div>
    </>
  );
}
