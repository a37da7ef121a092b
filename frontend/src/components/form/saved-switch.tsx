import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';

interface SavedSwitchProps {
  label: string;
  /** What is saved. */
  checked: boolean;
  /** The change is on its way. */
  busy: boolean;
  save: (checked: boolean) => void;
}

/**
 * A switch that shows what is saved: it moves when the answer is there, not before.
 *
 * Meanwhile it does nothing, but is not disabled, which would take the focus from it.
 */
export const SavedSwitch = ({ label, checked, busy, save }: SavedSwitchProps) => (
  <FormControlLabel
    label={label}
    control={
      <Switch
        size="small"
        checked={checked}
        onChange={() => !busy && save(!checked)}
        slotProps={{ input: { 'aria-disabled': busy } }}
      />
    }
  />
);
