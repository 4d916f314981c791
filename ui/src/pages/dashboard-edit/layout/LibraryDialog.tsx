import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../../api/grafana/client';
import { fetchLibrary, type LibraryPanel } from '../../../api/grafana/editing';
import { cloneJson, isDraft } from '../../../dash/model/json';
import { loadPanel } from '../../../dash/model/load';
import { addPanel } from '../../../dash/model/save';
import { Dialog } from '../../../parts/Dialog';
import { EmptyState } from '../../../parts/EmptyState';
import { FilterBox } from '../../../parts/FilterBox';
import { IconButton } from '../../../parts/IconButton';
import { Loaded } from '../../../parts/Loaded';
import { vizName } from '../../../viz/registry';
import type { DialogProps } from '../../dashboard/editor';
import save from '../save/save.module.css';
import styles from './layout.module.css';

/** Panels that are kept for several dashboards. */
export function LibraryDialog({ session, onClose }: DialogProps) {
  const [text, setText] = useState('');
  const query = useQuery({
    queryKey: ['library-panels'],
    queryFn: async ({ signal }) => settled(await fetchLibrary(signal)),
  });
  const add = async ({ uid, name, model }: LibraryPanel) => {
    const raw = cloneJson(model);
    const panel = isDraft(raw) ? await loadPanel(raw) : null;
    if (panel === null) return;
    session.edit(
      (all) => addPanel(all, { ...panel, libraryPanel: { uid, name } }),
      `Added “${name}”`,
    );
    onClose();
  };
  return (
    <Dialog label="Library panels" width={520} onClose={onClose}>
      <div className={save.dialog}>
        <header className={save.head}>
          <h2 className={save.heading}>Library panels</h2>
          <IconButton aria-label="Close" onClick={onClose}>
            <IconX size={16} />
          </IconButton>
        </header>
        <FilterBox value={text} onChange={setText} placeholder="Search panels" />
        <Loaded query={query} what="the library">
          {(all) => {
            const found = all.filter((one) =>
              `${one.name} ${one.description}`.toLowerCase().includes(text.toLowerCase()),
            );
            if (found.length === 0) {
              return (
                <EmptyState
                  title={all.length === 0 ? 'The library is empty.' : 'None is called so.'}
                >
                  A panel comes here from its editor: “Add to the library”.
                </EmptyState>
              );
            }
            return (
              <ul className={styles.library}>
                {found.map((one) => (
                  <li key={one.uid}>
                    <button
                      type="button"
                      className={styles.libraryItem}
                      onClick={() => void add(one)}
                    >
                      <b>{one.name}</b>
                      <span className={styles.dim}>{vizName(one.type)}</span>
                    </button>
                  </li>
                ))}
              </ul>
            );
          }}
        </Loaded>
      </div>
    </Dialog>
  );
}
