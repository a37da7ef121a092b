import { useState, type SyntheticEvent } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import MenuItem from '@mui/material/MenuItem';
import MenuList from '@mui/material/MenuList';

import { LabelledInput } from '@/components/form/labelled-input';
import { Popup } from '@/components/popup';
import { PRESETS, PRESET_NAMES, type Range } from '@/api/statistics/view';

interface ChoiceProps {
  range: Range;
  onChange: (range: Range) => void;
}

const today = () => new Date().toISOString().slice(0, 10);

const DateField = (props: { name: string; label: string; defaultValue: string }) => (
  <LabelledInput {...props} type="date" required inputProps={{ max: today() }} />
);

function CustomRange({ range, onChange }: ChoiceProps) {
  const [reversed, setReversed] = useState(false);
  const shown = 'from' in range ? range : { from: today(), to: today() };
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [from, to] = [form.get('from') as string, form.get('to') as string];
    setReversed(from > to);
    if (from <= to) onChange({ from, to });
  };
  return (
    <Box
      component="form"
      aria-label="Custom range"
      onSubmit={submit}
      sx={{ display: 'flex', flexDirection: 'column', gap: 1.5, p: 2, width: 220 }}
    >
      <DateField name="from" label="From" defaultValue={shown.from} />
      <DateField name="to" label="To (inclusive)" defaultValue={shown.to} />
      {reversed && (
        <Box role="alert" sx={{ color: 'error.main', fontSize: '0.75rem' }}>
          The start date is after the end date.
        </Box>
      )}
      <Button type="submit" variant="contained">
        Apply
      </Button>
      <Box sx={{ color: 'text.secondary', fontSize: '0.75rem' }}>Days start at midnight UTC.</Box>
    </Box>
  );
}

const Presets = ({ range, onChange }: ChoiceProps) => (
  <MenuList autoFocusItem sx={{ py: 1, minWidth: 160 }}>
    {PRESETS.map((preset) => (
      <MenuItem
        key={preset}
        selected={'preset' in range && range.preset === preset}
        onClick={() => onChange({ preset })}
      >
        {PRESET_NAMES[preset]}
      </MenuItem>
    ))}
  </MenuList>
);

interface RangePopoverProps extends ChoiceProps {
  anchor: HTMLElement;
  onClose: () => void;
}

/** The presets and a form for two dates. */
export const RangePopover = ({ anchor, onClose, ...choice }: RangePopoverProps) => (
  <Popup label="Time range" anchor={anchor} onClose={onClose}>
    <Box sx={{ display: 'flex', flexWrap: 'wrap', maxWidth: 420 }}>
      <Presets {...choice} />
      <Divider orientation="vertical" flexItem sx={{ display: { xs: 'none', sm: 'block' } }} />
      <CustomRange {...choice} />
    </Box>
  </Popup>
);
