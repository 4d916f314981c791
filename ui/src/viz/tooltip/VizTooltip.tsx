import { IconX } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useLayoutEffect, useRef, type ReactNode } from 'react';
import { IconButton } from '../../parts/IconButton';
import type { ShownLink } from '../shared/links';
import styles from './tooltip.module.css';

export interface TooltipRow {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  readonly value: string;
  /** The one beneath the pointer, where there are several. */
  readonly strong?: boolean;
}

export interface TooltipContent {
  readonly title: string;
  readonly rows: readonly TooltipRow[];
  /** Rows that found no room. */
  readonly more: number;
  readonly links?: readonly ShownLink[];
}

export interface VizTooltipProps {
  content: TooltipContent;
  x: number;
  y: number;
  /** Stays where it is, can be pointed at, and is closed by the person. */
  pinned?: boolean;
  onClose?: () => void;
  maxWidth?: number | undefined;
  maxHeight?: number | undefined;
  children?: ReactNode;
}

const GAP = 14;
const EDGE = 4;

/** The box of values beside the pointer, above all else on the page. */
export function VizTooltip(props: VizTooltipProps) {
  const { content, x, y, pinned = false, maxWidth, maxHeight, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const onClose = useEffectEvent(() => props.onClose?.());

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    if (!element.matches(':popover-open')) element.showPopover();
    const { offsetWidth, offsetHeight } = element;
    const right = x + GAP;
    const fits = right + offsetWidth <= window.innerWidth - EDGE;
    const left = fits ? right : Math.max(EDGE, x - GAP - offsetWidth);
    const top = Math.max(EDGE, Math.min(y + GAP, window.innerHeight - offsetHeight - EDGE));
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  });

  useEffect(() => {
    if (!pinned) return;
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) onClose();
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      onClose();
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('keydown', key, true);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('keydown', key, true);
    };
  }, [pinned]);

  return (
    <div
      ref={box}
      className={styles.tooltip}
      popover="manual"
      role={pinned ? 'dialog' : undefined}
      aria-label={pinned ? `Values, ${content.title}` : undefined}
      aria-hidden={pinned ? undefined : true}
      data-pinned={pinned || undefined}
      style={{ maxWidth: Math.min(maxWidth ?? 440, window.innerWidth - 16) }}
    >
      {(content.title !== '' || pinned) && (
        <div className={styles.head}>
          <span>{content.title}</span>
          {pinned && (
            <IconButton aria-label="Close" size={22} onClick={props.onClose}>
              <IconX size={14} />
            </IconButton>
          )}
        </div>
      )}
      <div className={styles.rows} style={{ maxHeight: pinned ? (maxHeight ?? 320) : undefined }}>
        {content.rows.map((row) => (
          <div key={row.key} className={styles.row} data-strong={row.strong || undefined}>
            <span className={styles.swatch} style={{ background: row.colour }} />
            <span className={styles.name}>{row.name}</span>
            <span className={styles.value}>{row.value}</span>
          </div>
        ))}
      </div>
      {content.more > 0 && <div className={styles.more}>{`and ${content.more} more`}</div>}
      {children}
      {pinned && content.links !== undefined && content.links.length > 0 && (
        <ul className={styles.links}>
          {content.links.map((link) => (
            <li key={link.href + link.title}>
              <a
                href={link.href}
                {...(link.targetBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
              >
                {link.title}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
