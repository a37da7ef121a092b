import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';
import { NavLink } from 'react-router';

const Tab = styled(NavLink)(({ theme }) => ({
  ...theme.typography.button,
  flexShrink: 0,
  padding: '8px 12px',
  borderBottom: '2px solid transparent',
  color: theme.palette.text.secondary,
  textDecoration: 'none',
  '&:hover': { color: theme.palette.text.primary },
  '&:focus-visible': { outlineOffset: -2 },
  '&.active': { borderColor: theme.palette.primary.main, color: theme.palette.text.primary },
}));

interface NavTabsProps {
  label: string;
  tabs: readonly { to: string; name: string }[];
  /** The search string that each tab keeps, with its "?". */
  search?: string;
}

/** Pages that belong together, as links in a row. */
export const NavTabs = ({ label, tabs, search = '' }: NavTabsProps) => (
  <Box
    component="nav"
    aria-label={label}
    sx={({ palette }) => ({
      display: 'flex',
      overflowX: 'auto',
      mb: 2,
      // A line that scrolls with nothing: a border would be cut by the tabs' own.
      boxShadow: `inset 0 -1px ${palette.divider}`,
    })}
  >
    {tabs.map(({ to, name }) => (
      <Tab key={to} to={to + search} end>
        {name}
      </Tab>
    ))}
  </Box>
);
