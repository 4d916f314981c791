import { useState, type ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { Notice } from './Notice';
import styles from './AskDialog.module.css';

export interface AskDialogProps {
  title: string;
  words?: ReactNode;
  /** What the button says: "Delete", "Create". */
  action: string;
  disabled?: boolean;
  /** Resolves to what went wrong, or null; closes on null. */
  onAct: () => Promise<string | null>;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks once, with fields where some are needed, and says what went wrong if it did. */
export function AskDialog(props: AskDialogProps) {
  const { title, words, action, disabled = false, onAct, onClose, children } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const act = async () => {
    setBusy(true);
    const wrong = await onAct();
    setBusy(false);
    setError(wrong);
    if (wrong === null) onClose();
  };
  return (
    <Dialog label={title} width={460} onClose={onClose}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!disabled) void act();
        }}
      >
        <h2 className={styles.title}>{title}</h2>
        {words !== undefined && <p className={styles.words}>{words}</p>}
        {children}
        {error !== null && <Notice kind="error">{error}</Notice>}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={busy}
            disabled={disabled}
            autoFocus={children === undefined}
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
