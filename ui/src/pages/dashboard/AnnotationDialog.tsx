import { useState } from 'react';
import {
  addAnnotation,
  changeAnnotation,
  deleteAnnotation,
  type AnnotationDraft,
} from '../../api/grafana/data';
import type { GrafanaResult } from '../../api/grafana/client';
import { formatTimeText, parseTime } from '../../dash/time';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { Notice } from '../../parts/Notice';
import { TextArea } from '../../parts/TextArea';
import { TextField } from '../../parts/TextField';
import styles from './dialogs.module.css';

export interface AnnotationDialogProps {
  /** Null: a new one. */
  id: number | null;
  draft: AnnotationDraft;
  timezone: string;
  mayDelete: boolean;
  onDone: () => void;
  onClose: () => void;
}

/** A note at a moment or over a stretch of time, which the server keeps. */
export function AnnotationDialog(props: AnnotationDialogProps) {
  const { id, draft, timezone } = props;
  const [text, setText] = useState(draft.text);
  const [tags, setTags] = useState(draft.tags.join(', '));
  const [from, setFrom] = useState(() => formatTimeText(String(draft.time), timezone));
  const [to, setTo] = useState(() => formatTimeText(String(draft.timeEnd), timezone));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const [openedAt] = useState(() => Date.now());
  const context = { now: openedAt, timezone };
  const time = parseTime(from, false, context);
  const timeEnd = parseTime(to, true, context);
  const sound = text.trim() !== '' && time !== null && timeEnd !== null && time <= timeEnd;

  const finish = async (work: Promise<GrafanaResult<unknown>>) => {
    setBusy(true);
    const answer = await work;
    setBusy(false);
    if (answer.ok) props.onDone();
    else setFailure(answer.message);
  };
  const save = () => {
    if (!sound) return;
    const wanted: AnnotationDraft = {
      ...draft,
      // What was not touched keeps its milliseconds.
      time: from === formatTimeText(String(draft.time), timezone) ? draft.time : time,
      timeEnd: to === formatTimeText(String(draft.timeEnd), timezone) ? draft.timeEnd : timeEnd,
      text: text.trim(),
      tags: tags
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
    };
    void finish(id === null ? addAnnotation(wanted) : changeAnnotation(id, wanted));
  };
  const title = id === null ? 'Add an annotation' : 'Edit the annotation';
  return (
    <Dialog label={title} width={460} onClose={props.onClose}>
      <form
        className={`${styles.dialog ?? ''} ${styles.form ?? ''}`}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <h2 className={styles.heading}>{title}</h2>
        <TextArea
          label="What happened"
          value={text}
          autoFocus
          rows={3}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <TextField
          label="Tags, separated by commas"
          value={tags}
          onChange={(event) => setTags(event.currentTarget.value)}
        />
        <div className={styles.times}>
          <TextField
            label="From"
            value={from}
            error={time === null ? 'A date and time' : null}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextField
            label="To"
            value={to}
            error={
              timeEnd === null
                ? 'A date and time'
                : time !== null && time > timeEnd
                  ? 'Must not be before the beginning'
                  : null
            }
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </div>
        {failure !== '' && (
          <Notice kind="error" title="The server did not take it">
            {failure}
          </Notice>
        )}
        <div className={styles.actions}>
          {id !== null && props.mayDelete && (
            <Button
              variant="default"
              className={styles.first}
              disabled={busy}
              onClick={() => void finish(deleteAnnotation(id))}
            >
              Delete
            </Button>
          )}
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!sound}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
