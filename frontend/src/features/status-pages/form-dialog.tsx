import { useId, type ReactNode } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import useMediaQuery from '@mui/material/useMediaQuery';
import type { FieldValues, UseFormReturn } from 'react-hook-form';

import { Form } from '@/components/form/fields';

interface FormDialogProps<T extends FieldValues> {
  title: string;
  form: UseFormReturn<T>;
  submit: () => Promise<void>;
  submitLabel: string;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog. */
export function FormDialog<T extends FieldValues>(props: FormDialogProps<T>) {
  const { title, onClose, children, ...form } = props;
  const fullScreen = useMediaQuery('(max-width: 599px)');
  const titleId = useId();
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth="sm"
      fullScreen={fullScreen}
      aria-labelledby={titleId}
    >
      <DialogTitle id={titleId}>{title}</DialogTitle>
      <DialogContent>
        <Box sx={{ pt: 1 }}>
          <Form {...form} actions={<Button onClick={onClose}>Cancel</Button>}>
            {children}
          </Form>
        </Box>
      </DialogContent>
    </Dialog>
  );
}
