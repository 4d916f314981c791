import { IconPlus, IconTemplate } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../api/grafana/client';
import {
  deleteTemplate,
  fetchTemplates,
  putTemplate,
  type MessageTemplate,
} from '../../api/grafana/contacts';
import { mayEdit } from '../../api/grafana/people';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import { TextArea } from '../../parts/TextArea';
import { TextField } from '../../parts/TextField';
import { FileBadge } from './FileBadge';
import styles from './alerting.module.css';

const EXAMPLE = `{{ define "short" }}
{{ len .Alerts.Firing }} firing: {{ .CommonLabels.alertname }}
{{ end }}`;

/** Words of messages, which contact points use by name. */
export function TemplatesPage() {
  const templates = useQuery({
    queryKey: ['managed', 'templates'],
    queryFn: async ({ signal }) => settled(await fetchTemplates(signal)),
  });
  const [edited, setEdited] = useState<MessageTemplate | 'new' | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  const client = useQueryClient();
  const may = mayEdit(useUser());
  const add = may && (
    <Button
      className={page.push ?? ''}
      leftSection={<IconPlus size={16} />}
      onClick={() => setEdited('new')}
    >
      New template
    </Button>
  );
  const again = () => client.invalidateQueries({ queryKey: ['managed', 'templates'] });
  return (
    <div className={page.page}>
      <ManagerTabs />
      <Loaded query={templates} what="the templates">
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={<IconTemplate size={32} stroke={1.5} />}
              title="Messages have their usual words"
              action={add}
            >
              A template is made once and used in any contact point:{' '}
              <code>{'{{ template "short" . }}'}</code>
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
                      <code className={styles.where}>{one.template.trim().slice(0, 120)}</code>
                      <span className={styles.actions}>
                        <Button variant="default" size="xs" onClick={() => setEdited(one)}>
                          {may && one.provenance !== 'file' ? 'Edit' : 'Show'}
                        </Button>
                        {may && one.provenance !== 'file' && (
                          <Button variant="default" size="xs" onClick={() => setAsked(one.name)}>
                            Delete
                          </Button>
                        )}
                      </span>
                    </div>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {edited !== null && (
        <TemplateDialog
          message={edited === 'new' ? null : edited}
          may={may}
          onSaved={again}
          onClose={() => setEdited(null)}
        />
      )}
      {asked !== null && (
        <AskDialog
          title={`Delete the template ${asked}?`}
          words="It is refused while a contact point uses it."
          action="Delete"
          onAct={async () => {
            const answer = await deleteTemplate(asked);
            await again();
            return answer.ok ? null : answer.message;
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

interface TemplateDialogProps {
  message: MessageTemplate | null;
  may: boolean;
  onSaved: () => Promise<void>;
  onClose: () => void;
}

function TemplateDialog({ message, may, onSaved, onClose }: TemplateDialogProps) {
  const [name, setName] = useState(message?.name ?? '');
  const [body, setBody] = useState(message?.template ?? '');
  const locked = !may || message?.provenance === 'file';
  return (
    <AskDialog
      title={message === null ? 'New template' : message.name}
      action={message === null ? 'Add' : 'Save'}
      disabled={locked || name.trim() === '' || body.trim() === ''}
      onAct={async () => {
        const answer = await putTemplate(name.trim(), body);
        await onSaved();
        return answer.ok ? null : answer.message;
      }}
      onClose={onClose}
    >
      {message === null && (
        <TextField
          label="Name"
          placeholder="short"
          autoFocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <TextArea
        label="Template"
        code
        rows={12}
        spellCheck={false}
        readOnly={locked}
        placeholder={EXAMPLE}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
    </AskDialog>
  );
}
