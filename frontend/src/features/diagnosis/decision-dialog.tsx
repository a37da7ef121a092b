import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';

import type { Decision } from '@/api/diagnosis/exceptions';
import type { ExceptionGroupMessage } from '@/api/types';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { useZone } from '@/hooks/use-zone';
import { momentOf, wallTime } from '@/lib/time-zone';

const DAY_MS = 86_400_000;

/** The decisions that need a value, by its name in the API. */
export type ValueName = 'in_version' | 'until' | 'times';

const DIALOGS = {
  in_version: { title: 'Resolve in a version', submit: 'Resolve', label: 'Version' },
  until: { title: 'Ignore until a date', submit: 'Ignore', label: 'Until' },
  times: { title: 'Ignore more exceptions', submit: 'Ignore', label: 'How many' },
} as const;

function decisionOf(name: ValueName, value: string, zone: string): Decision {
  switch (name) {
    case 'in_version':
      return { action: 'resolve', body: { in_version: value } };
    case 'until':
      return { action: 'ignore', body: { until: momentOf(value, zone).toISOString() } };
    case 'times':
      return { action: 'ignore', body: { times: Number(value) } };
  }
}

interface DecisionDialogProps {
  name: ValueName;
  decide: (decision: Decision) => Promise<ExceptionGroupMessage>;
  onDone: (response: ExceptionGroupMessage) => void;
  onClose: () => void;
}

/** Asks for the version, the date or the number of a decision. */
export function DecisionDialog({ name, decide, onDone, onClose }: DecisionDialogProps) {
  const zone = useZone();
  const [tomorrow] = useState(() => wallTime(new Date(Date.now() + DAY_MS), zone));
  const { form, submit } = useApiForm<Partial<Record<ValueName, string>>, ExceptionGroupMessage>({
    defaultValues: { [name]: { in_version: '', until: tomorrow, times: '10' }[name] },
    send: (values) => decide(decisionOf(name, values[name] ?? '', zone)),
    onDone,
  });
  const { title, submit: submitLabel, label } = DIALOGS[name];
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="decision-title">
      <DialogTitle id="decision-title">{title}</DialogTitle>
      <DialogContent>
        <Box sx={{ pt: 1 }}>
          <Form
            form={form}
            submit={submit}
            submitLabel={submitLabel}
            actions={<Button onClick={onClose}>Cancel</Button>}
          >
            <Field
              form={form}
              name={name}
              label={label}
              autoFocus
              autoComplete="off"
              type={name === 'until' ? 'datetime-local' : 'text'}
              hint={name === 'until' ? `In ${zone.replaceAll('_', ' ')}.` : undefined}
              rules={{
                required: 'This field is required.',
                pattern:
                  name === 'times'
                    ? { value: /^[1-9]\d{0,6}$/, message: 'Enter a whole number from 1.' }
                    : undefined,
              }}
            />
          </Form>
        </Box>
      </DialogContent>
    </Dialog>
  );
}
