import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { useNavigate } from 'react-router';

import { useDeleteDashboard } from '@/api/dashboards/delete';
import type { Dashboard } from '@/api/types';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';
import { useUnmountSignal } from '@/hooks/use-unmount-signal';
import { OVERVIEW } from '@/lib/paths';

interface DeleteFormProps {
  dashboard: Dashboard;
  onClose: () => void;
}

function DeleteForm({ dashboard: { id, name }, onClose }: DeleteFormProps) {
  const remove = useDeleteDashboard(id, useUnmountSignal());
  const notify = useNotify();
  const navigate = useNavigate();
  const { form, submit } = useApiForm({
    defaultValues: { name: '' },
    send: () => remove.mutateAsync(),
    onDone: ({ message }) => {
      notify(message);
      void navigate(OVERVIEW);
    },
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
        Everything that PyDash has collected for this dashboard will be deleted. This cannot be
        undone. Your app and its own monitoring are not affected.
      </Typography>
      <Field
        form={form}
        name="name"
        label={`Type ${name} to confirm`}
        autoComplete="off"
        rules={{ validate: (typed) => typed === name || 'The name does not match.' }}
      />
    </Form>
  );
}

/** Deletes a dashboard after its name is entered. */
export function DeleteSection({ dashboard }: { dashboard: Dashboard }) {
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return (
    <Frame title="Delete dashboard" subtitle="Deletes all data collected for it.">
      <Button variant="outlined" color="error" onClick={() => setAsking(true)}>
        Delete dashboard
      </Button>
      <Dialog open={asking} onClose={close} fullWidth maxWidth="xs" aria-labelledby="delete-title">
        <DialogTitle id="delete-title">Delete {dashboard.name}?</DialogTitle>
        <DialogContent>
          <Box sx={{ pt: 1 }}>
            <DeleteForm dashboard={dashboard} onClose={close} />
          </Box>
        </DialogContent>
      </Dialog>
    </Frame>
  );
}
