import { IconClockOff, IconPlus, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteMuteTiming, putMuteTiming, type MuteTiming } from '../../api/grafana/contacts';
import { mayEdit } from '../../api/grafana/people';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { IconButton } from '../../parts/IconButton';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import { TextField } from '../../parts/TextField';
import { Toggles } from '../../parts/Toggles';
import { FileBadge } from './FileBadge';
import {
  emptyInterval,
  intervalProblem,
  intervalsOf,
  intervalWords,
  storedInterval,
  WEEKDAYS,
  weekdaysOn,
  withWeekday,
  type IntervalDraft,
} from './model/timing';
import { useMuteTimings } from './useContacts';
import styles from './alerting.module.css';

/** Times in which policies tell nobody, or nobody else. */
export function TimingsPage() {
  const timings = useMuteTimings();
  const [edited, setEdited] = useState<MuteTiming | 'new' | null>(null);
  const [asked, setAsked] = useState<MuteTiming | null>(null);
  const client = useQueryClient();
  const may = mayEdit(useUser());
  const add = may && (
    <Button
      className={page.push ?? ''}
      leftSection={<IconPlus size={16} />}
      onClick={() => setEdited('new')}
    >
      New mute timing
    </Button>
  );
  const remove = async () => {
    const answer = await deleteMuteTiming(asked?.name ?? '');
    await client.invalidateQueries({ queryKey: ['managed', 'mute-timings'] });
    return answer.ok ? null : answer.message;
  };
  return (
    <div className={page.page}>
      <ManagerTabs />
      <Loaded query={timings} what="the mute timings">
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={<IconClockOff size={32} stroke={1.5} />}
              title="There are no mute timings"
              action={add}
            >
              Nights, weekends, holidays: a policy that names one tells nobody in it.
            </EmptyState>
          ) : (
            <>
              <div className={page.filters}>{add}</div>
              <ul className={styles.list}>
                {all.map((one) => (
                  <li key={one.name} className={styles.row}>
                    <div className={styles.head}>
                      <strong>{one.name}</strong>
                      {one.provenance === 'file' && <FileBadge />}
                      <span className={styles.where}>
                        {intervalsOf(one).map(intervalWords).join('; ')}
                      </span>
                      {may && one.provenance !== 'file' && (
                        <span className={styles.actions}>
                          <Button variant="default" size="xs" onClick={() => setEdited(one)}>
                            Edit
                          </Button>
                          <Button variant="default" size="xs" onClick={() => setAsked(one)}>
                            Delete
                          </Button>
                        </span>
                      )}
                    </div>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {edited !== null && (
        <TimingDialog timing={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
      {asked !== null && (
        <AskDialog
          title={`Delete the mute timing ${asked.name}?`}
          words="It is refused while a policy or a rule still names it."
          action="Delete"
          onAct={remove}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

function TimingDialog({ timing, onClose }: { timing: MuteTiming | null; onClose: () => void }) {
  const [name, setName] = useState(timing?.name ?? '');
  const [drafts, setDrafts] = useState<readonly IntervalDraft[]>(() =>
    timing === null ? [emptyInterval()] : intervalsOf(timing),
  );
  const client = useQueryClient();
  const wrong = name.trim() === '' || drafts.some((one) => intervalProblem(one) !== null);
  const set = (key: number, change: Partial<IntervalDraft>) =>
    setDrafts(drafts.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const save = async () => {
    const answer = await putMuteTiming(timing === null, name.trim(), drafts.map(storedInterval));
    await client.invalidateQueries({ queryKey: ['managed', 'mute-timings'] });
    return answer.ok ? null : answer.message;
  };
  return (
    <AskDialog
      title={timing === null ? 'New mute timing' : timing.name}
      action={timing === null ? 'Add' : 'Save'}
      disabled={wrong}
      onAct={save}
      onClose={onClose}
    >
      {timing === null && (
        <TextField
          label="Name"
          placeholder="nights"
          autoFocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      {drafts.map((one) => (
        <Interval
          key={one.key}
          one={one}
          onSet={(change) => set(one.key, change)}
          onRemove={
            drafts.length === 1
              ? null
              : () => setDrafts(drafts.filter(({ key }) => key !== one.key))
          }
        />
      ))}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => setDrafts([...drafts, emptyInterval()])}
        >
          Add times
        </Button>
      </div>
    </AskDialog>
  );
}

interface IntervalProps {
  one: IntervalDraft;
  onSet: (change: Partial<IntervalDraft>) => void;
  onRemove: (() => void) | null;
}

function Interval({ one, onSet, onRemove }: IntervalProps) {
  const on = weekdaysOn(one.weekdays);
  const field = (key: keyof Omit<IntervalDraft, 'key'>, label: string, placeholder: string) => (
    <TextField
      label={label}
      placeholder={placeholder}
      spellCheck={false}
      value={one[key]}
      error={key === 'times' ? intervalProblem(one) : null}
      onChange={(event) => onSet({ [key]: event.currentTarget.value })}
    />
  );
  return (
    <div className={styles.interval}>
      {onRemove !== null && (
        <IconButton
          className={styles.corner ?? ''}
          aria-label="Remove these times"
          onClick={onRemove}
        >
          <IconX size={16} />
        </IconButton>
      )}
      {field('times', 'Times of day', 'all day; 22:00-24:00, 00:00-06:00')}
      <div>
        <span className={styles.legend}>Days of the week; none means all</span>
        <Toggles
          label="Days of the week"
          items={WEEKDAYS.map((day) => ({
            value: day,
            name: day.slice(0, 1).toUpperCase() + day.slice(1, 3),
            on: on.has(day),
          }))}
          onToggle={(day, is) => onSet({ weekdays: withWeekday(one.weekdays, day, is) })}
        />
      </div>
      <div className={styles.pair}>
        {field('days', 'Days of the month', '1:7, -1')}
        {field('months', 'Months', 'december, 1:3')}
        {field('years', 'Years', '2026:2028')}
        {field('location', 'Time zone', 'UTC')}
      </div>
    </div>
  );
}
