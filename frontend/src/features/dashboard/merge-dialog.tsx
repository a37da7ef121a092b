import { useState } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import { messageOf } from '@/api/core/errors';
import { useChangeMergeRules, useMergePreview, useMergeRules } from '@/api/dashboards/endpoints';
import type { MergeRule } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { Icon } from '@/components/icon';
import { QueryBoundary } from '@/components/query-boundary';
import { useNotify } from '@/components/snackbar';
import { TallDialog } from '@/components/tall-dialog';
import { useSettled } from '@/hooks/use-settled';
import { countOf, formatNumber } from '@/lib/format';
import { MONOSPACE } from '@/theme/theme';

/** How many of the names are listed. */
const SHOWN = 5;

/** What a rule merges, in words. */
export function mergedText({ endpoints, names }: MergeRule): string {
  if (endpoints === 0) return 'Merges no endpoint yet.';
  const listed = names.slice(0, SHOWN);
  const rest = endpoints - listed.length;
  const more = rest > 0 ? ` and ${formatNumber(rest)} more` : '';
  return `Merges ${countOf(endpoints, 'endpoint')}: ${listed.join(', ')}${more}.`;
}

/** What the pattern would merge, before anything is changed. */
function Preview({ dashboardId, pattern }: { dashboardId: string; pattern: string }) {
  const settled = useSettled(pattern);
  const { data, error, isFetching } = useMergePreview(dashboardId, settled);
  if (!pattern.includes('*')) return 'Type part of the names, and * for any text: download_*';
  if (error && settled === pattern) return messageOf(error);
  return isFetching || !data || settled !== pattern ? 'Looking for endpoints…' : mergedText(data);
}

interface MergeDialogProps {
  dashboardId: string;
  onClose: () => void;
}

/** The rules that merge endpoints, with what each merges, and a field for one more. */
export function MergeDialog({ dashboardId, onClose }: MergeDialogProps) {
  const [pattern, setPattern] = useState('');
  const rules = useMergeRules(dashboardId);
  const change = useChangeMergeRules(dashboardId);
  const notify = useNotify();
  const present = rules.data?.rules.map((rule) => rule.pattern) ?? [];
  const save = (patterns: readonly string[], done: () => void = () => undefined) =>
    change.mutate(patterns, {
      onSuccess: ({ message }) => {
        notify(message);
        done();
      },
    });
  return (
    <TallDialog
      title="Merge endpoints"
      onClose={onClose}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <Box sx={{ display: 'grid', gap: 2 }}>
        <Typography variant="body2" color="textSecondary">
          Endpoints whose names match a pattern are shown and counted as one, past requests
          included. Removing a rule takes them apart again. The first rule that matches a name
          counts.
        </Typography>
        <QueryBoundary query={rules} minHeight={0}>
          {(data) => (
            <Box component="ul" aria-label="Rules" sx={{ m: 0, p: 0, listStyle: 'none' }}>
              {data.rules.map((rule) => (
                <Box
                  component="li"
                  key={rule.pattern}
                  sx={{ display: 'flex', gap: 1, py: 1, borderBottom: 1, borderColor: 'divider' }}
                >
                  <Box sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
                    <Box component="code" sx={{ fontFamily: MONOSPACE, fontSize: '0.8125rem' }}>
                      {rule.pattern}
                    </Box>
                    <Typography variant="caption" color="textSecondary" component="p">
                      {mergedText(rule)}
                    </Typography>
                  </Box>
                  <IconButton
                    size="small"
                    title="Remove the rule"
                    aria-label={`Remove ${rule.pattern}`}
                    disabled={change.isPending}
                    onClick={() => save(present.filter((one) => one !== rule.pattern))}
                    sx={{ alignSelf: 'center' }}
                  >
                    <Icon name="trash" />
                  </IconButton>
                </Box>
              ))}
            </Box>
          )}
        </QueryBoundary>
        <Box
          component="form"
          sx={{ display: 'flex', gap: 1, alignItems: 'flex-start' }}
          onSubmit={(event) => {
            event.preventDefault();
            save([...present, pattern], () => setPattern(''));
          }}
        >
          <TextField
            label="Pattern"
            value={pattern}
            onChange={({ target }) => {
              setPattern(target.value);
              change.reset();
            }}
            autoComplete="off"
            helperText={<Preview dashboardId={dashboardId} pattern={pattern} />}
            slotProps={{ formHelperText: { role: 'status', sx: { overflowWrap: 'anywhere' } } }}
          />
          <BusyButton
            type="submit"
            variant="contained"
            busy={change.isPending}
            idle={!pattern.includes('*') || !rules.data}
          >
            Add rule
          </BusyButton>
        </Box>
        {change.error && <Alert severity="error">{messageOf(change.error)}</Alert>}
      </Box>
    </TallDialog>
  );
}
