import { useState } from 'react';
import type { Annotation, TimeRangeMs } from '../../dash/frame';
import { VizTooltip } from '../tooltip/VizTooltip';
import { isStretch } from './annotations';
import type { PlotArea } from './spec';
import { momentText } from './timeAxis';
import styles from './notes.module.css';

export interface NoteMarksProps {
  notes: readonly Annotation[];
  area: PlotArea;
  range: TimeRangeMs;
  zone: string;
  onNote?: ((note: Annotation) => void) | undefined;
}

/** What a hand or a key can reach of the notes: a mark at the foot of each. */
export function NoteMarks({ notes, area, range, zone, onNote }: NoteMarksProps) {
  const [open, setOpen] = useState<{ note: Annotation; x: number; y: number } | null>(null);
  const span = range.to - range.from;
  const place = (time: number) =>
    area.left + Math.max(0, Math.min(1, (time - range.from) / span)) * area.width;
  const seen = notes.filter((one) => one.timeEnd >= range.from && one.time <= range.to);
  return (
    <div className={styles.marks}>
      {seen.slice(0, 400).map((note, i) => {
        const left = place(note.time);
        const width = isStretch(note) ? Math.max(6, place(note.timeEnd) - left) : 0;
        const show = (target: Element) => {
          const rect = target.getBoundingClientRect();
          setOpen({ note, x: rect.left + rect.width / 2, y: rect.bottom });
        };
        return (
          <button
            key={`${note.id ?? ''} ${note.time} ${i}`}
            type="button"
            className={styles.mark}
            data-stretch={width > 0 || undefined}
            style={{
              left: width > 0 ? left : left - 5,
              top: area.top + area.height,
              color: note.color,
              ...(width > 0 ? { width } : {}),
            }}
            aria-label={`Note, ${momentText(note.time, zone)}: ${note.title ?? ''} ${note.text}`}
            onClick={() => {
              if (note.id !== undefined) onNote?.(note);
            }}
            onMouseEnter={(event) => show(event.currentTarget)}
            onMouseLeave={() => setOpen(null)}
            onFocus={(event) => show(event.currentTarget)}
            onBlur={() => setOpen(null)}
          />
        );
      })}
      {open !== null && (
        <VizTooltip
          x={open.x}
          y={open.y}
          maxWidth={340}
          content={{ title: whenOf(open.note, zone), rows: [], more: 0 }}
        >
          <NoteText note={open.note} />
        </VizTooltip>
      )}
    </div>
  );
}

function whenOf(note: Annotation, zone: string): string {
  const from = momentText(note.time, zone);
  return isStretch(note) ? `${from} to ${momentText(note.timeEnd, zone)}` : from;
}

function NoteText({ note }: { note: Annotation }) {
  // Notes are written in HTML by some tools; here they are read as the text they hold.
  const text = note.text.replace(/<[^>]*>/g, '').trim();
  return (
    <div className={styles.note}>
      {note.title !== undefined && note.title !== '' && (
        <p className={styles.noteTitle}>{note.title}</p>
      )}
      {text !== '' && <p>{text}</p>}
      {note.tags.length > 0 && (
        <p className={styles.tags}>
          {note.tags.map((tag) => (
            <span key={tag} className={styles.tag}>
              {tag}
            </span>
          ))}
        </p>
      )}
      {note.login !== undefined && note.login !== '' && (
        <p className={styles.noteBy}>{`by ${note.login}`}</p>
      )}
    </div>
  );
}
