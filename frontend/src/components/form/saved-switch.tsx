import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';

interface SavedSwitchProps {
  label: string;
  /** The target of the switch, for screen readers, if the label does not say it. */
  of?: string;
  /** The saved value. */
  checked: boolean;
  /** Whether the change is being saved. */
  busy: boolean;
  save: (checked: boolean) => void;
}

/**
 * A switch that shows the saved value: it changes after the response, not before.
 *
 * While saving, it ignores clicks; disabling it would lose the focus.
 */
export const SavedSwitch = ({ label, of, checked, busy, save }: SavedSwitchProps) => (
  <FormControlLabel
    label={label}
    control={
      <Switch
        size="small"
        checked={checked}
        onChange={() => !busy && save(!checked)}
        slotProps={{ input: { 'aria-disabled': busy, 'aria-label': of && `${label}: ${of}` } }}
      />
    }
  />
);
