import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';

import { SHORTCUTS } from '@/lib/shortcuts';

const Keys = ({ keys }: { keys: string }) =>
  keys.split(' ').map((key) => (
    <Box
      key={key}
      component="kbd"
      sx={{
        display: 'inline-block',
        minWidth: 24,
        px: 0.75,
        mr: 0.5,
        textAlign: 'center',
        fontFamily: 'inherit',
        fontSize: '0.75rem',
        lineHeight: '22px',
        border: 1,
        borderColor: 'divider',
        borderRadius: '4px',
      }}
    >
      {key}
    </Box>
  ));

/** The list of keyboard shortcuts. */
export const ShortcutHelp = ({ onClose }: { onClose: () => void }) => (
  <Dialog open onClose={onClose} aria-labelledby="shortcuts-title">
    <DialogTitle id="shortcuts-title">Keyboard shortcuts</DialogTitle>
    <DialogContent>
      <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'auto 1fr', gap: 1.5, m: 0 }}>
        {SHORTCUTS.map(([keys, what]) => (
          <Box key={keys} sx={{ display: 'contents' }}>
            <dt>
              <Keys keys={keys} />
            </dt>
            <Box component="dd" sx={{ m: 0 }}>
              {what}
            </Box>
          </Box>
        ))}
      </Box>
    </DialogContent>
    <DialogActions>
      <Button onClick={onClose}>Close</Button>
    </DialogActions>
  </Dialog>
);
