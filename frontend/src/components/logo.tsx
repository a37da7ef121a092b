import Box from '@mui/material/Box';

/** The name with a pulse icon. */
export const Logo = () => (
  <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: 1 }}>
    <Box
      component="svg"
      viewBox="0 0 24 24"
      aria-hidden
      sx={({ palette }) => ({
        width: 22,
        height: 22,
        color: palette.primary.main,
        '& path': { stroke: palette.primary.contrastText },
      })}
    >
      <rect width="24" height="24" rx="6" fill="currentColor" />
      <path
        d="M4 13h3.5l2.2-6 4 11 2.6-7 1 2H20"
        fill="none"
        strokeWidth="1.9"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </Box>
    <Box component="span" sx={{ fontWeight: 650, fontSize: '0.9375rem', letterSpacing: '-0.02em' }}>
      PyDash
    </Box>
  </Box>
);
