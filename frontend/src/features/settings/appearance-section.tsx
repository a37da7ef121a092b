import Box from '@mui/material/Box';

import { useChangeSettings } from '@/api/account/account';
import { useUser } from '@/api/auth/user';
import { messageOf } from '@/api/core/errors';
import { SavedSwitch } from '@/components/form/saved-switch';
import { Frame } from '@/components/panel';
import { Segments } from '@/components/segments';
import { useNotify } from '@/components/snackbar';
import { COLOR_MODES, useColorMode, type ColorMode } from '@/theme/color-mode';

const MODE_NAMES: Readonly<Record<ColorMode, string>> = {
  system: 'System',
  light: 'Light',
  dark: 'Dark',
};

const MODES = COLOR_MODES.map((value) => ({ value, name: MODE_NAMES[value] }));

function ThemeChoice() {
  const { mode, setMode } = useColorMode();
  return <Segments label="Theme" value={mode} options={MODES} onChange={setMode} />;
}

function SoundsSwitch() {
  const plays = useUser().data?.play_sounds ?? false;
  const change = useChangeSettings();
  const notify = useNotify();
  const save = (play_sounds: boolean) =>
    change.mutate(
      { play_sounds },
      {
        onSuccess: ({ user }) => notify(user.play_sounds ? 'Sounds are on.' : 'Sounds are off.'),
        onError: (error) => notify(messageOf(error), 'error'),
      },
    );
  return <SavedSwitch label="Play sounds" checked={plays} busy={change.isPending} save={save} />;
}

/** Theme (of this browser) and sounds (of the account). */
export const AppearanceSection = () => (
  <Frame title="Appearance and sounds" subtitle="The theme applies to this browser only.">
    <Box sx={{ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: 2 }}>
      <ThemeChoice />
      <SoundsSwitch />
    </Box>
  </Frame>
);
