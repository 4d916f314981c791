import { yamlTokens } from '../lib/yaml';
import styles from './Yaml.module.css';

export interface YamlProps {
  text: string;
}

/** A configuration, line by line, in colours. */
export function Yaml({ text }: YamlProps) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <pre className={styles.yaml} tabIndex={0} role="region" aria-label="Configuration as YAML">
      <code>
        {lines.map((line, i) => (
          <span key={i} className={styles.line}>
            {yamlTokens(line).map((token, at) => (
              <span key={at} data-kind={token.kind}>
                {token.text}
              </span>
            ))}
            {'\n'}
          </span>
        ))}
      </code>
    </pre>
  );
}
