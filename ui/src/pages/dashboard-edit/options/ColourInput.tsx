import { IconCheck } from '@tabler/icons-react';
import { NAMED_HUES, parseColour, resolveColour, textOn } from '../../../dash/data/colours';
import { useShownScheme } from '../../../parts/colourScheme';
import { Dropdown } from '../../../parts/Dropdown';
import { TextField } from '../../../parts/TextField';
import styles from './options.module.css';

export interface ColourInputProps {
  label: string;
  value: string;
  onChange: (colour: string) => void;
}

function hex(css: string): string {
  const rgb = parseColour(css);
  if (rgb === null) return '#808080';
  const [red, green, blue] = rgb;
  return `#${[red, green, blue].map((n) => Math.round(n).toString(16).padStart(2, '0')).join('')}`;
}

/** Hues by name, which follow the theme, and any other colour. */
export function ColourInput({ label, value, onChange }: ColourInputProps) {
  const theme = useShownScheme();
  const shown = resolveColour(value, theme);
  return (
    <Dropdown
      label={label}
      kind="dialog"
      width={256}
      trigger={(trigger) => (
        <button
          type="button"
          {...trigger}
          className={styles.swatchButton}
          aria-label={`${label}: ${value}`}
          title={value}
        >
          <span className={styles.swatch} style={{ background: shown }} />
        </button>
      )}
    >
      <div className={styles.colours}>
        {NAMED_HUES.map(({ hue, names }) => (
          <div key={hue} className={styles.hue} role="group" aria-label={hue}>
            {names.map((name) => {
              const colour = resolveColour(name, theme);
              return (
                <button
                  key={name}
                  type="button"
                  data-item
                  className={styles.hueButton}
                  style={{ background: colour, color: textOn(colour, theme) }}
                  aria-label={name}
                  aria-pressed={name === value}
                  title={name}
                  onClick={() => onChange(name)}
                >
                  {name === value && <IconCheck size={14} />}
                </button>
              );
            })}
          </div>
        ))}
        <div className={styles.ownColour}>
          <input
            type="color"
            aria-label="Any colour"
            value={hex(shown)}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          <TextField
            aria-label="Colour as text"
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        </div>
      </div>
    </Dropdown>
  );
}
