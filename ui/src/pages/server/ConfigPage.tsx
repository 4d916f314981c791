import { useQuery } from '@tanstack/react-query';
import { fetchConfig } from '../../api/status';
import { yamlTokens } from '../../lib/yaml';
import { Card } from '../../parts/Card';
import { CopyButton } from '../../parts/CopyButton';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { TabLinks } from '../../parts/TabLinks';
import { SERVER_TABS } from './tabs';
import styles from './server.module.css';

export function ConfigPage() {
  const query = useQuery({ queryKey: ['config'], queryFn: ({ signal }) => fetchConfig(signal) });
  return (
    <div className={page.page}>
      <TabLinks tabs={SERVER_TABS} />
      <Loaded query={query} what="the configuration">
        {({ data }) => (
          <Card title="As loaded, with defaults filled in" aside={<CopyButton text={data.yaml} />}>
            <Yaml text={data.yaml} />
          </Card>
        )}
      </Loaded>
    </div>
  );
}

function Yaml({ text }: { text: string }) {
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
