import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';

import { useChangeSettings } from '@/api/account/account';
import { useUser } from '@/api/auth/user';
import { messageOf } from '@/api/core/errors';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';
import { useNow } from '@/hooks/use-now';
import { browserZone, isKnownZone, zoneName } from '@/lib/time-zone';

/** Stands for the zone of whatever browser is used. */
const BROWSER = '';

/** Names that browsers understand, but list by an older name only. */
const RENAMED = [
  'America/Argentina/Buenos_Aires',
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Atlantic/Faroe',
  'Europe/Kyiv',
  'UTC',
];

/** Returns all zones; the server may know a chosen one that this browser does not list. */
const zones = (chosen: string) => [
  BROWSER,
  ...[
    ...new Set([...Intl.supportedValuesOf('timeZone'), ...RENAMED.filter(isKnownZone), chosen]),
  ].sort(),
];

/** The maximum number of matches that are listed. */
const MAX_SHOWN = 100;

const shownZone = (zone: string): string =>
  zone === BROWSER
    ? `Browser’s time zone (${shownZone(browserZone())})`
    : zone.replaceAll('_', ' ');

/** Returns the zones whose name contains all words. */
function matching(options: readonly string[], typed: string): string[] {
  const words = typed.toLowerCase().split(/[\s_/]+/);
  return options
    .filter((zone) => words.every((word) => shownZone(zone).toLowerCase().includes(word)))
    .slice(0, MAX_SHOWN);
}

function ZoneChoice({ timezone }: { timezone: string | null }) {
  const change = useChangeSettings();
  const notify = useNotify();
  const now = useNow();
  const save = (zone: string) =>
    change.mutate(
      { timezone: zone === BROWSER ? null : zone },
      {
        onSuccess: () => notify('Time zone saved.'),
        onError: (error) => notify(messageOf(error), 'error'),
      },
    );
  return (
    <Autocomplete
      value={timezone ?? BROWSER}
      options={zones(timezone ?? 'UTC')}
      filterOptions={(options, { inputValue }) => matching(options, inputValue)}
      getOptionLabel={shownZone}
      renderOption={({ key, ...props }, zone) => (
        <Box component="li" key={key} {...props} sx={{ display: 'flex', gap: 1 }}>
          <Box component="span" sx={{ flex: 1 }}>
            {shownZone(zone)}
          </Box>
          <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
            {zoneName(zone === BROWSER ? browserZone() : zone, now)}
          </Box>
        </Box>
      )}
      renderInput={(params) => <TextField {...params} size="small" label="Time zone" />}
      noOptionsText="No time zone matches your search"
      onChange={(_, zone) => save(zone)}
      disabled={change.isPending}
      disableClearable
      autoHighlight
      sx={{ maxWidth: 400 }}
    />
  );
}

/** The time zone of all pages. */
export function TimeZoneSection() {
  const user = useUser().data;
  return (
    <Frame title="Time zone" subtitle="Of all times, days, weeks and months that PyDash shows.">
      {user && <ZoneChoice timezone={user.timezone} />}
    </Frame>
  );
}
