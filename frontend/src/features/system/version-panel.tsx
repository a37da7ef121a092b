import { useState } from 'react';

import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';

import { useSystem, useUpgrade } from '@/api/system/system';
import type { Message, PasswordConfirmation } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { Panel } from '@/components/panel';
import { useNotify } from '@/components/snackbar';

function UpgradeForm({ onClose }: { onClose: () => void }) {
  const upgrade = useUpgrade();
  const notify = useNotify();
  const { form, submit } = useApiForm<PasswordConfirmation, Message>({
    defaultValues: { password: '' },
    send: (values) => upgrade.mutateAsync(values),
    onDone: ({ message }) => {
      notify(message);
      onClose();
    },
    passwordField: 'password',
  });
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel="Stop and upgrade"
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <Typography>
        PyDash stops, and whatever runs its container starts it again with the newest image. Until
        then, it does not respond.
      </Typography>
      <PasswordField
        form={form}
        name="password"
        label="Password"
        autoComplete="current-password"
        rules={{ required: 'Enter your password.' }}
      />
    </Form>
  );
}

/** The version of the installation, the one before it, and how to get the next one. */
export function VersionPanel() {
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return (
    <Panel title="Version" query={useSystem()}>
      {({ version, previous_version: previous, upgrade_command: command }) => (
        <>
          <Typography sx={{ mb: 2 }}>
            {previous === null ? version : `${previous} → ${version}`}
          </Typography>
          {command === null ? (
            <Button variant="outlined" onClick={() => setAsking(true)}>
              Upgrade
            </Button>
          ) : (
            <CodeBlock label="the command" code={command} />
          )}
          <Dialog open={asking} onClose={close} fullWidth maxWidth="xs" aria-labelledby="upgrade">
            <DialogTitle id="upgrade">Upgrade PyDash?</DialogTitle>
            <DialogContent>
              <UpgradeForm onClose={close} />
            </DialogContent>
          </Dialog>
        </>
      )}
    </Panel>
  );
}
