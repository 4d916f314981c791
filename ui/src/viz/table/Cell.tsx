import { IconExternalLink } from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import type { FieldValue, ShownField } from '../../dash/frame';
import { Bar } from '../bargauge/Bar';
import { inkOn, legible, mix } from '../shared/colour';
import { shownText, toNumber } from '../shared/fields';
import { safeUrl, type ShownLink } from '../shared/links';
import { isRecord } from '../shared/options';
import { Sparkline } from '../shared/Sparkline';
import type { VizTheme } from '../shared/theme';
import type { ColumnModel } from './model';
import styles from './table.module.css';

export interface CellProps {
  column: ColumnModel;
  row: number;
  width: number;
  height: number;
  links: readonly ShownLink[];
  theme: VizTheme;
  /** Of a row that one of its cells colours as a whole. */
  ground: string | null;
}

export function Cell(props: CellProps) {
  const { column, row, width, links, theme, ground } = props;
  const { field, cell } = column;
  const value = field.values[row] ?? null;
  const shown = field.display(value);
  const text = shownText(shown);
  const style: CSSProperties = {
    width,
    justifyContent: { left: 'flex-start', center: 'center', right: 'flex-end' }[column.align],
    ...(ground === null ? {} : { background: ground, color: inkOn(ground) }),
    ...(cell.kind === 'color-background' && visible(shown.color)
      ? groundStyle(shown.color, cell.gradientGround)
      : {}),
    ...(cell.kind === 'color-text' && visible(shown.color)
      ? { color: legible(shown.color, theme.surface, 4.5) }
      : {}),
  };
  const plain = ['auto', 'color-text', 'color-background'].includes(cell.kind);
  return (
    <div
      role="cell"
      className={styles.cell}
      data-wraps={column.wraps || undefined}
      data-colour={style.background !== undefined || undefined}
      style={style}
      title={plain ? text : undefined}
    >
      {links.length > 0 && cell.kind !== 'data-links' ? (
        <CellLink link={links[0]} more={links.length - 1}>
          <Inside {...props} value={value} text={text} />
        </CellLink>
      ) : (
        <Inside {...props} value={value} text={text} />
      )}
    </div>
  );
}

const visible = (colour: string): boolean => colour !== 'transparent' && !/, ?0\)$/.test(colour);

function groundStyle(colour: string, gradient: boolean): CSSProperties {
  const ink = inkOn(colour);
  const end = ink === '#ffffff' ? '#000000' : '#ffffff';
  return {
    background: gradient ? `linear-gradient(120deg, ${mix(colour, end, 0.18)}, ${colour})` : colour,
    color: ink,
  };
}

interface CellLinkProps {
  link: ShownLink | undefined;
  more: number;
  children: React.ReactNode;
}

function CellLink({ link, more, children }: CellLinkProps) {
  if (link === undefined) return children;
  return (
    <a
      className={styles.link}
      href={link.href}
      title={more > 0 ? `${link.title}, and ${more} more` : link.title}
      {...(link.targetBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
    >
      {children}
    </a>
  );
}

interface InsideProps extends CellProps {
  value: FieldValue;
  text: string;
}

function Inside(props: InsideProps) {
  const { column, value, text, links, width, height, theme } = props;
  const { field, cell } = column;
  switch (cell.kind) {
    case 'gauge':
      return <GaugeCell {...props} />;
    case 'sparkline':
      return <LineCell field={field} value={value} width={width} height={height} />;
    case 'json-view':
      return <code className={styles.code}>{jsonText(value, text)}</code>;
    case 'image': {
      const src = typeof value === 'string' ? safeImage(value) : null;
      return src === null ? (
        text
      ) : (
        <img className={styles.image} src={src} alt="" style={{ height: height - 8 }} />
      );
    }
    case 'data-links':
      return (
        <span className={styles.links}>
          {links.map((link) => (
            <CellLink key={link.href + link.title} link={link} more={0}>
              {link.title}
              {link.targetBlank && <IconExternalLink size={12} />}
            </CellLink>
          ))}
        </span>
      );
    case 'pill':
      return <Pills text={text} field={field} value={value} theme={theme} />;
    default:
      return <span className={styles.text}>{text}</span>;
  }
}

function safeImage(value: string): string | null {
  return /^data:image\/(png|jpeg|gif|webp);base64,/i.test(value) ? value : safeUrl(value);
}

function jsonText(value: FieldValue, text: string): string {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return text;
}

function GaugeCell({ column, row, value, text, width, height, theme }: InsideProps) {
  const { field, cell } = column;
  const shown = field.display(value);
  const numbers = field.values.map((one) => toNumber(one) ?? 0);
  const min = field.config.min ?? Math.min(0, ...numbers);
  const max = field.config.max ?? Math.max(min + 1e-9, ...numbers);
  const words = cell.gaugeText === 'hidden' ? 0 : Math.min(90, width * 0.4);
  return (
    <span className={styles.gauge}>
      <Bar
        value={{
          title: '',
          display: shown,
          min,
          max,
          field,
          calc: '',
          row,
          links: () => [],
          noData: toNumber(value) === null,
        }}
        bounds={{ min, max }}
        mode={cell.gaugeMode}
        unfilled
        length={Math.max(10, width - words - 24)}
        thickness={Math.min(18, height - 12)}
        upright={false}
        theme={theme}
      />
      {words > 0 && (
        <span
          className={styles.gaugeText}
          style={{
            width: words,
            ...(cell.gaugeText === 'color'
              ? { color: legible(shown.color, theme.surface, 4.5) }
              : {}),
          }}
        >
          {text}
        </span>
      )}
    </span>
  );
}

interface LineCellProps {
  field: ShownField;
  value: FieldValue;
  width: number;
  height: number;
}

/** A cell that holds a whole series: a frame of its own. */
function LineCell({ field, value, width, height }: LineCellProps) {
  const fields: unknown = isRecord(value) ? value['fields'] : undefined;
  const columns = Array.isArray(fields) ? fields.filter(isRecord) : [];
  const numbers = columns.find((one) => one['type'] === 'number')?.['values'];
  const times = columns.find((one) => one['type'] === 'time')?.['values'];
  const last = isRecord(value) ? value['value'] : undefined;
  const list = (given: unknown): unknown[] => (Array.isArray(given) ? given : []);
  const values = list(numbers).map((one) => (typeof one === 'number' ? one : null));
  const shown = typeof last === 'number' ? shownText(field.display(last)) : '';
  const words = shown === '' ? 0 : 70;
  return (
    <span className={styles.gauge}>
      {shown !== '' && (
        <span className={styles.gaugeText} style={{ width: words }}>
          {shown}
        </span>
      )}
      <Sparkline
        values={values}
        times={list(times).map((one) => (typeof one === 'number' ? one : 0))}
        width={Math.max(10, Math.round(width - words - 28))}
        height={height - 8}
        colour={field.color}
        fill={0.15}
      />
    </span>
  );
}

interface PillsProps {
  text: string;
  field: ShownField;
  value: FieldValue;
  theme: VizTheme;
}

function Pills({ text, field, value, theme }: PillsProps) {
  const parts = Array.isArray(value) ? value.map(String) : text.split(',').map((one) => one.trim());
  return (
    <span className={styles.pills}>
      {parts
        .filter((one) => one !== '')
        .map((one, i) => {
          const { color } = field.display(one);
          const ground = visible(color) ? mix(theme.surface, color, 0.25) : theme.surface2;
          return (
            <span key={`${i} ${one}`} className={styles.pill} style={{ background: ground }}>
              {one}
            </span>
          );
        })}
    </span>
  );
}
