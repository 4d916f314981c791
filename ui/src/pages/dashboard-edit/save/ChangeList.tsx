import type { Change } from '../../../dash/model/diff';
import { grouped, placeWords, valueWords } from './saving';
import styles from './save.module.css';

const KINDS = { added: 'Added', removed: 'Removed', changed: 'Changed', moved: 'Moved' } as const;

/** What changed, in words: what it was, what it is. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <div className={styles.changes}>
      {grouped(changes).map((group) => (
        <section key={group.title}>
          <h3 className={styles.groupTitle}>{group.title}</h3>
          <ul>
            {group.changes.map((change, i) => (
              <li key={i} className={styles.change} data-kind={change.kind}>
                <Line change={change} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Line({ change }: { readonly change: Change }) {
  const { kind, path, before, after } = change;
  if (kind === 'moved') {
    const words = Array.isArray(before) ? 'in another order' : placeWords(before, after);
    return <span>{path === '' ? words : `${path}: ${words}`}</span>;
  }
  if (path === '') return <span>{KINDS[kind].toLowerCase()}</span>;
  return (
    <>
      <span className={styles.path}>{path}</span>
      <span>
        {before !== undefined && <del>{valueWords(before)}</del>}{' '}
        {after !== undefined && <ins>{valueWords(after)}</ins>}
      </span>
    </>
  );
}
