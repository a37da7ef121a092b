import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';

import { useDeleteUser } from '@/api/account/account';
import { useUser } from '@/api/auth/user';
import type { Message } from '@/api/types';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';

interface Values {
  name: string;
  password: string;
}

function DeleteForm({ userName, onClose }: { userName: string; onClose: () => void }) {
  const remove = useDeleteUser();
  const notify = useNotify();
  const { form, submit } = useApiForm<Values, Message>({
    defaultValues: { name: '', password: '' },
    send: ({ password }) => remove.mutateAsync({ password }),
    onDone: ({ message }) => notify(message),
    passwordField: 'password',
  });
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel="Delete permanently"
      danger
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <Typography>
        All your dashboards and everything PyDash has collected for them will be deleted. This
        cannot be undone.
      </Typography>
      <Field
        form={form}
        name="name"
        label={`Type ${userName} to confirm`}
        autoComplete="off"
        rules={{ validate: (typed) => typed === userName || 'The username does not match.' }}
      />
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

/** Deletes the account after username and password are entered. */
export function DeleteSection() {
  const userName = useUser().data?.name ?? '';
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return (
    <Frame title="Delete account" subtitle="Deletes all your dashboards and their data.">
      <Button variant="outlined" color="error" onClick={() => setAsking(true)}>
        Delete account
      </Button>
      <Dialog open={asking} onClose={close} fullWidth maxWidth="xs" aria-labelledby="delete-title">
        <DialogTitle id="delete-title">Delete your account?</DialogTitle>
        <DialogContent>
          <Box sx={{ pt: 1 }}>
            <DeleteForm userName={userName} onClose={close} />
          </Box>
        </DialogContent>
      </Dialog>
    </Frame>
  );
}
