import { useQuery } from '@tanstack/react-query';
import { fetchConfig } from '../../api/status';
import { Card } from '../../parts/Card';
import { CopyButton } from '../../parts/CopyButton';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { TabLinks } from '../../parts/TabLinks';
import { Yaml } from '../../parts/Yaml';
import { SERVER_TABS } from './tabs';

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
