import { useState, type HTMLAttributes, type ReactNode } from 'react';

import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import DialogTitle from '@mui/material/DialogTitle';
import type { PopperProps } from '@mui/material/Popper';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import visuallyHidden from '@mui/utils/visuallyHidden';

import { findCommands, useCommands, type Command } from '@/app/shell/use-commands';
import { Icon } from '@/components/icon';

interface OptionProps extends HTMLAttributes<HTMLElement> {
  command: Command;
}

const Option = ({ command: { icon, label, detail }, ...item }: OptionProps) => (
  <Box {...item} sx={{ gap: 1.25, minWidth: 0 }}>
    <Icon name={icon} color="text.secondary" />
    <Box component="span" sx={{ overflowWrap: 'anywhere' }}>
      {label}
    </Box>{' '}
    {detail && (
      <Typography
        variant="caption"
        color="textSecondary"
        noWrap
        sx={{ flex: '1 1 0', minWidth: '20%', textAlign: 'right' }}
      >
        {detail}
      </Typography>
    )}
  </Box>
);

/** In the dialog, instead of above the page. */
const InDialog = ({ children }: PopperProps) => <Box>{children as ReactNode}</Box>;

/** A search for any dashboard, endpoint, page or action. */
export function Palette({ onClose }: { onClose: () => void }) {
  const commands = useCommands();
  const [typed, setTyped] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth="sm"
      slotProps={{ container: { sx: { alignItems: 'flex-start' } } }}
    >
      <DialogTitle sx={visuallyHidden}>Go to</DialogTitle>
      <Autocomplete
        open
        options={findCommands(commands, typed)}
        filterOptions={(found) => found}
        inputValue={typed}
        onInputChange={(_, text) => setTyped(text)}
        value={null}
        autoHighlight
        groupBy={({ group }) => group}
        getOptionKey={({ id }) => id}
        getOptionLabel={({ label }) => label}
        noOptionsText="Nothing found"
        forcePopupIcon={false}
        onClose={(_, reason) => {
          if (reason === 'escape') onClose();
        }}
        onChange={(_, command: Command | null) => {
          onClose();
          command?.run();
        }}
        renderInput={(input) => (
          <TextField
            {...input}
            autoFocus
            placeholder="Go to a dashboard, endpoint, page or action"
            slotProps={{
              ...input.slotProps,
              htmlInput: { ...input.slotProps.htmlInput, 'aria-label': 'Go to' },
            }}
            sx={{ p: 1.5 }}
          />
        )}
        renderOption={({ key, ...item }, command) => (
          <Option key={key} command={command} {...item} />
        )}
        renderGroup={({ key, group, children }) => (
          <Box key={key} role="group" aria-label={group}>
            <Typography aria-hidden variant="caption" color="textSecondary" sx={{ px: 2 }}>
              {group}
            </Typography>
            <Box sx={{ mb: 1 }}>{children}</Box>
          </Box>
        )}
        slots={{ popper: InDialog }}
        slotProps={{
          listbox: {
            component: 'div',
            'aria-label': 'Commands',
            'aria-labelledby': undefined,
            sx: { maxHeight: '60vh' },
          },
          paper: { elevation: 0, sx: { borderRadius: 0, borderTop: 1, borderColor: 'divider' } },
        }}
      />
    </Dialog>
  );
}
