import { useState } from 'react';
import { readTarget, writeTarget } from '../../../dash/model/panel';
import type { Target } from '../../../dash/model';
import { readJson } from '../settings/jsonPosition';
import { Button } from '../../../parts/Button';
import { TextArea } from '../../../parts/TextArea';

export interface RawTargetProps {
  target: Target;
  onChange: (target: Target) => void;
}

/** A query of a kind that has no form here: expressions, other data sources. */
export function RawTarget({ target, onChange }: RawTargetProps) {
  const written = JSON.stringify(writeTarget(target, undefined), null, 2);
  const [text, setText] = useState(written);
  const read = readJson(text);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (read.ok) onChange({ ...readTarget(read.value, undefined), refId: target.refId });
      }}
    >
      <TextArea
        label="Query as JSON"
        code
        rows={Math.min(14, text.split('\n').length)}
        value={text}
        error={read.ok ? null : read.message}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" disabled={!read.ok || text === written}>
        Run
      </Button>
    </form>
  );
}
