import { IconFileUpload } from '@tabler/icons-react';
import { useRef, useState, type DragEvent } from 'react';
import { Button } from '../../parts/Button';
import { Card } from '../../parts/Card';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { TextArea } from '../../parts/TextArea';
import { readDocument, type Read } from './document';
import { ImportForm } from './ImportForm';
import styles from './import.module.css';

/** Paste or upload, look at what it is, import. */
export function ImportPage() {
  const [text, setText] = useState('');
  const [read, setRead] = useState<Read | null>(null);
  const [over, setOver] = useState(false);
  const file = useRef<HTMLInputElement>(null);

  const load = async (from: string) => setRead(await readDocument(from));
  const take = async (files: FileList | null) => {
    const first = files?.[0];
    if (first === undefined) return;
    const content = await first.text();
    setText(content);
    await load(content);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };

  return (
    <div className={page.page}>
      {read?.ok === true ? (
        <ImportForm key={text} raw={read.raw} loaded={read.loaded} onBack={() => setRead(null)} />
      ) : (
        <Card title="A dashboard as JSON">
          <div
            className={styles.form}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={onDrop}
          >
            <div className={styles.drop} data-over={over || undefined}>
              <IconFileUpload size={28} stroke={1.5} aria-hidden />
              <p>Drop a file here, or</p>
              <Button variant="default" onClick={() => file.current?.click()}>
                Upload a JSON file
              </Button>
              <input
                ref={file}
                type="file"
                accept="application/json,.json"
                className="sr-only"
                tabIndex={-1}
                aria-label="JSON file"
                onChange={(event) => void take(event.currentTarget.files)}
              />
            </div>
            <TextArea
              label="Or paste it"
              rows={12}
              code
              spellCheck={false}
              placeholder='{"title": "…", "panels": […]}, or what an export or the API gave you'
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                setRead(null);
              }}
            />
            {read?.ok === false && <Notice kind="error" title={read.message} />}
            <div className={styles.buttons}>
              <Button disabled={text.trim() === ''} onClick={() => void load(text)}>
                Load
              </Button>
            </div>
          </div>
        </Card>
      )}
    </div>
  );
}
