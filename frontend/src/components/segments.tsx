import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';

const Segment = styled('button')(({ theme }) => ({
  ...theme.typography.button,
  minHeight: 26,
  padding: '2px 10px',
  border: 0,
  borderRadius: 5,
  background: 'none',
  color: theme.palette.text.secondary,
  cursor: 'pointer',
  '&:hover': { color: theme.palette.text.primary },
  '&[aria-pressed=true]': {
    background: theme.palette.background.paper,
    color: theme.palette.text.primary,
    boxShadow: `0 0 0 1px ${theme.palette.divider}`,
  },
}));

interface SegmentsProps<T extends string> {
  /** The name of the choice. */
  label: string;
  value: T;
  options: readonly { value: T; name: string }[];
  onChange: (value: T) => void;
}

/** A choice between a few visible options. */
export const Segments = <T extends string>(props: SegmentsProps<T>) => (
  <Box
    role="group"
    aria-label={props.label}
    sx={{
      display: 'inline-flex',
      flexWrap: 'wrap',
      gap: '2px',
      p: '2px',
      borderRadius: '7px',
      bgcolor: 'action.hover',
    }}
  >
    {props.options.map(({ value, name }) => (
      <Segment
        key={value}
        type="button"
        aria-pressed={value === props.value}
        onClick={() => props.onChange(value)}
      >
        {name}
      </Segment>
    ))}
  </Box>
);
