import { IconPlus } from '@tabler/icons-react';
import { NEW_PANEL } from '../../lib/panelUrl';
import { useRemembered } from '../../parts/hooks';
import page from '../../parts/page.module.css';
import { PageBar } from '../../parts/PageBar';
import { QueryPanel } from './QueryPanel';
import { HAS_ACCOUNTS } from '../../parts/session';
import { RefreshControl } from './RefreshControl';
import { SourcePicker } from './SourcePicker';
import { usePanels } from './usePanels';
import { Button } from '../../parts/Button';

export function QueryPage() {
  const { panels, refresh, setRefresh, source, setSource, change, add, remove } = usePanels();
  const [tooltip, setTooltip] = useRemembered('tooltip', 'all', ['all', 'nearest']);
  return (
    <div className={page.page}>
      <PageBar>
        {HAS_ACCOUNTS && <SourcePicker source={source} onChange={setSource} />}
        <RefreshControl refresh={refresh} onChange={setRefresh} />
      </PageBar>
      {panels.map(({ id, state }, i) => (
        <QueryPanel
          key={`${source} ${id}`}
          panel={state}
          first={i === 0}
          refresh={refresh}
          tooltip={tooltip}
          onTooltip={setTooltip}
          onChange={(next) => change(i, next)}
          onDuplicate={() => add(i, state)}
          onRemove={panels.length > 1 ? () => remove(i) : null}
        />
      ))}
      <div>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          onClick={() => {
            const last = panels.at(-1)?.state ?? NEW_PANEL;
            add(panels.length - 1, { ...last, expr: '' });
          }}
        >
          Add panel
        </Button>
      </div>
    </div>
  );
}
