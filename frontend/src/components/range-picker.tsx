import { useState, type SyntheticEvent } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import MenuItem from '@mui/material/MenuItem';
import MenuList from '@mui/material/MenuList';
import Popover from '@mui/material/Popover';
import TextField from '@mui/material/TextField';

import { Icon } from '@/components/icon';
import { PRESETS, PRESET_NAMES, rangeName, type Range } from '@/lib/view';

interface RangePickerProps {
  range: Range;
  onChange: (range: Range) => void;
}

const today = () => new Date().toISOString().slice(0, 10);

const DateField = (props: { name: string; label: string; defaultValue: string }) => (
  <TextField
    {...props}
    type="date"
    required
    slotProps={{ htmlInput: { max: today() }, inputLabel: { shrink: true } }}
  />
);

function CustomRange({ range, onChange }: RangePickerProps) {
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
      <DateField name="to" label="Up to and including" defaultValue={shown.to} />
      {reversed && (
        <Box role="alert" sx={{ color: 'error.main', fontSize: '0.75rem' }}>
          The first day lies after the last.
        </Box>
      )}
      <Button type="submit" variant="contained">
        Show these days
      </Button>
      <Box sx={{ color: 'text.secondary', fontSize: '0.75rem' }}>Days begin at midnight UTC.</Box>
    </Box>
  );
}

/** Chooses the time range of every panel on the page: a preset or two days. */
export function RangePicker({ range, onChange }: RangePickerProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const choose = (chosen: Range) => {
    setAnchor(null);
    onChange(chosen);
  };
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<Icon name="calendar" />}
        endIcon={<Icon name="expand" />}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        aria-keyshortcuts="t"
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {rangeName(range)}
      </Button>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        slotProps={{
          paper: {
            role: 'dialog',
            'aria-label': 'Time range',
            sx: { mt: 0.5, border: 1, borderColor: 'divider' },
          },
        }}
      >
        <Box sx={{ display: 'flex', flexWrap: 'wrap', maxWidth: 420 }}>
          <MenuList autoFocus sx={{ py: 1, minWidth: 160 }}>
            {PRESETS.map((preset) => (
              <MenuItem
                key={preset}
                selected={'preset' in range && range.preset === preset}
                onClick={() => choose({ preset })}
              >
                {PRESET_NAMES[preset]}
              </MenuItem>
            ))}
          </MenuList>
          <Divider orientation="vertical" flexItem />
          <CustomRange range={range} onChange={choose} />
        </Box>
      </Popover>
    </>
  );
}
