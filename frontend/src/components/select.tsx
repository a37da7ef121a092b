import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';

import { Icon } from '@/components/icon';

const Native = styled('select')(({ theme }) => ({
  ...theme.typography.body2,
  minHeight: 32,
  maxWidth: '100%',
  padding: '4px 34px 4px 12px',
  border: `1px solid ${theme.palette.divider}`,
  borderRadius: 6,
  appearance: 'none',
  background: theme.palette.background.paper,
  color: theme.palette.text.primary,
  cursor: 'pointer',
  '&:hover': { borderColor: theme.palette.text.secondary },
}));

interface SelectProps<T extends string> {
  /** The name of the choice. */
  label: string;
  /** Given if an element names it already. */
  id?: string;
  describedBy?: string;
  value: T;
  options: readonly { value: T; name: string; disabled?: boolean }[];
  onChange: (value: T) => void;
}

/** A choice from a native select element. */
export const Select = <T extends string>(props: SelectProps<T>) => (
  <Box sx={{ position: 'relative', justifySelf: 'start', alignSelf: 'start', maxWidth: '100%' }}>
    <Native
      id={props.id}
      aria-label={props.id === undefined ? props.label : undefined}
      aria-describedby={props.describedBy}
      value={props.value}
      onChange={({ target }) => props.onChange(target.value as T)}
    >
      {props.options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.name}
        </option>
      ))}
    </Native>
    <Box sx={{ position: 'absolute', right: 10, top: 7, lineHeight: 0, pointerEvents: 'none' }}>
      <Icon name="expand" />
    </Box>
  </Box>
);
