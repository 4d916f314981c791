import styles from './Annotations.module.css';

export interface AnnotationsProps {
  annotations: Readonly<Record<string, string>>;
}

const LEADING = ['summary', 'message', 'title', 'description'];

/** What the rule's author wrote: the sentences first, links as links. */
export function Annotations({ annotations }: AnnotationsProps) {
  // Those in underscores are for the server: values, which panel.
  const names = Object.keys(annotations).filter((name) => !/^__\w+__$/.test(name));
  const leading = LEADING.filter((name) => names.includes(name));
  const rest = names.filter((name) => !leading.includes(name));
  if (names.length === 0) return null;
  return (
    <div className={styles.annotations}>
      {leading.map((name, i) => (
        <p key={name} className={i === 0 ? styles.first : styles.more} title={name}>
          {annotations[name]}
        </p>
      ))}
      {rest.length > 0 && (
        <dl className={styles.rest}>
          {rest.map((name) => {
            const text = annotations[name] ?? '';
            return (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  {/^https?:\/\//.test(text) ? (
                    <a href={text} target="_blank" rel="noreferrer">
                      {text}
                    </a>
                  ) : (
                    text
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </div>
  );
}
