import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Box from '@mui/material/Box';

import { useChangeSettings } from '@/api/change-settings';
import { messageOf } from '@/api/errors';
import { useUser } from '@/api/get-user';
import { Frame } from '@/components/panel';
import { Segments } from '@/components/segments';
import { useNotify } from '@/components/snackbar';
import { COLOR_MODES, useColorMode, type ColorMode } from '@/theme/color-mode';

const MODE_NAMES: Readonly<Record<ColorMode, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

const MODES = COLOR_MODES.map((value) => ({ value, name: MODE_NAMES[value] }));

function ThemeChoice() {
  const { mode, setMode } = useColorMode();
  return <Segments label="Theme" value={mode} options={MODES} onChange={setMode} />;
}

/** The switch shows what is saved: it moves when the answer is there, not before. */
function SoundsSwitch() {
  const plays = useUser().data?.play_sounds ?? false;
  const change = useChangeSettings();
  const notify = useNotify();
  const save = () =>
    change.mutate(
      { play_sounds: !plays },
      {
        onSuccess: ({ user }) => notify(user.play_sounds ? 'Sounds are on.' : 'Sounds are off.'),
        onError: (error) => notify(messageOf(error), 'error'),
      },
    );
  return (
    <FormControlLabel
      control={<Switch size="small" checked={plays} disabled={change.isPending} onChange={save} />}
      label="Play a sound when something was done or went wrong"
    />
  );
}

/** Theme (of this browser) and sounds (of the account). */
export const AppearanceSection = () => (
  <Frame title="Appearance and sounds" subtitle="The theme is kept in this browser.">
    <Box sx={{ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: 2 }}>
      <ThemeChoice />
      <SoundsSwitch />
    </Box>
  </Frame>
);
