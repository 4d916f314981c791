import { useLayoutEffect, useRef, type ReactNode } from 'react';
import styles from './Dialog.module.css';

export interface DialogProps {
  label: string;
  width: number;
  onClose: () => void;
  children: ReactNode;
}

/**
 * Over the page, which rests meanwhile. The browser keeps the focus inside, takes it back to where
 * it was, and closes on Escape.
 */
export function Dialog({ label, width, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed before it is taken out of the page; otherwise the focus would not go back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={label}
      style={{ width }}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        // A press beside it is one on the backdrop, which is the dialog itself.
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className={styles.inside}>{children}</div>
    </dialog>
  );
}
