import { useState, type SyntheticEvent } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import MenuItem from '@mui/material/MenuItem';
import MenuList from '@mui/material/MenuList';

import { LabelledInput } from '@/components/form/labelled-input';
import { Popup } from '@/components/popup';
import { useZone } from '@/hooks/use-zone';
import { isInOrder, PRESETS, PRESET_NAMES, type Range } from '@/api/statistics/view';
import { dateIn } from '@/lib/time-zone';

interface ChoiceProps {
  range: Range;
  onChange: (range: Range) => void;
}

interface TimeFieldsProps {
  name: string;
  label: string;
  /** A date, or a time to the minute. */
  shown: string;
  today: string;
}

/** A date, and a time of day, which may be left empty. */
function TimeFields({ name, label, shown, today }: TimeFieldsProps) {
  const [date, time] = shown.split('T');
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: '3fr 2fr', gap: 1, alignItems: 'end' }}>
      <LabelledInput
        name={name}
        label={label}
        type="date"
        required
        defaultValue={date}
        inputProps={{ min: '1970-01-02', max: today }}
      />
      <LabelledInput
        name={`${name}-time`}
        label="Time"
        type="time"
        defaultValue={time ?? ''}
        inputProps={{ 'aria-label': `${label}: Time` }}
      />
    </Box>
  );
}

const textOf = (form: FormData, name: string) => (form.get(name) ?? '') as string;

/** Returns a date, or a time to the minute, from the fields of this name. */
function wallTimeIn(form: FormData, name: string): string {
  const time = textOf(form, `${name}-time`);
  return time ? `${textOf(form, name)}T${time.slice(0, 5)}` : textOf(form, name);
}

function CustomRange({ range, onChange }: ChoiceProps) {
  const [reversed, setReversed] = useState(false);
  const zone = useZone();
  const today = dateIn(zone, new Date());
  const shown = 'from' in range ? range : { from: today, to: today };
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [from, to] = [wallTimeIn(form, 'from'), wallTimeIn(form, 'to')];
    setReversed(!isInOrder(from, to));
    if (isInOrder(from, to)) onChange({ from, to });
  };
  return (
    <Box
      component="form"
      aria-label="Custom range"
      onSubmit={submit}
      sx={{ display: 'flex', flexDirection: 'column', gap: 1.5, p: 2, width: 288 }}
    >
      <TimeFields name="from" label="From" shown={shown.from} today={today} />
      <TimeFields name="to" label="To" shown={shown.to} today={today} />
      {reversed && (
        <Box role="alert" sx={{ color: 'error.main', fontSize: '0.75rem' }}>
          The start is not before the end.
        </Box>
      )}
      <Button type="submit" variant="contained">
        Apply
      </Button>
      <Box sx={{ color: 'text.secondary', fontSize: '0.75rem' }}>
        Without a time, whole days; the last one is included. Times are in {zone}.
      </Box>
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

/** The presets, and a form for a start and an end. */
export const RangePopover = ({ anchor, onClose, ...choice }: RangePopoverProps) => (
  <Popup label="Time range" anchor={anchor} onClose={onClose}>
    <Box sx={{ display: 'flex', flexWrap: 'wrap', maxWidth: 480 }}>
      <Presets {...choice} />
      <Divider orientation="vertical" flexItem sx={{ display: { xs: 'none', sm: 'block' } }} />
      <CustomRange {...choice} />
    </Box>
  </Popup>
);
