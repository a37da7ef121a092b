import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';

import { Icon } from '@/components/icon';

const Input = styled('input')(({ theme }) => ({
  ...theme.typography.body2,
  width: '100%',
  minHeight: 32,
  padding: '4px 12px 4px 34px',
  border: `1px solid ${theme.palette.divider}`,
  borderRadius: 6,
  background: theme.palette.background.paper,
  color: theme.palette.text.primary,
  '&::placeholder': { color: theme.palette.text.secondary, opacity: 1 },
  '&:hover': { borderColor: theme.palette.text.secondary },
  // Phones zoom in on inputs with smaller text.
  '@media (pointer: coarse)': { fontSize: '1rem' },
}));

interface SearchInputProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  /** The key that focuses the field. */
  shortcut?: string;
  autoFocus?: boolean;
  maxLength?: number;
}

/** A search field. */
export const SearchInput = ({ label, shortcut, onChange, ...input }: SearchInputProps) => (
  <Box sx={{ position: 'relative', width: '100%', maxWidth: 360 }}>
    <Box sx={{ position: 'absolute', left: 11, top: 8, color: 'text.secondary', lineHeight: 0 }}>
      <Icon name="search" size={16} />
    </Box>
    <Input
      type="search"
      placeholder="Search"
      aria-label={label}
      aria-keyshortcuts={shortcut}
      onChange={({ target }) => onChange(target.value)}
      {...input}
    />
  </Box>
);
