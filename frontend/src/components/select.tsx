import { styled } from '@mui/material/styles';

const Native = styled('select')(({ theme }) => ({
  ...theme.typography.body2,
  minHeight: 32,
  maxWidth: '100%',
  padding: '4px 28px 4px 12px',
  border: `1px solid ${theme.palette.divider}`,
  borderRadius: 6,
  appearance: 'none',
  // The chevron is drawn from two gradients, in the colour of the text.
  background: `
    linear-gradient(45deg, transparent 50%, currentColor 50%) calc(100% - 15px) 55% / 5px 5px no-repeat,
    linear-gradient(-45deg, transparent 50%, currentColor 50%) calc(100% - 10px) 55% / 5px 5px no-repeat,
    ${theme.palette.background.paper}`,
  color: theme.palette.text.primary,
  cursor: 'pointer',
  '&:hover': { borderColor: theme.palette.text.secondary },
}));

interface SelectProps<T extends string> {
  /** What is chosen here. */
  label: string;
  value: T;
  options: readonly { value: T; name: string }[];
  onChange: (value: T) => void;
}

/** One of several, from the browser's own list. */
export const Select = <T extends string>({ label, value, options, onChange }: SelectProps<T>) => (
  <Native aria-label={label} value={value} onChange={({ target }) => onChange(target.value as T)}>
    {options.map((option) => (
      <option key={option.value} value={option.value}>
        {option.name}
      </option>
    ))}
  </Native>
);
