import { type ReactNode } from 'react';

import Button from '@mui/material/Button';
import type { FieldValues, UseFormReturn } from 'react-hook-form';

import { Form } from '@/components/form/fields';
import { TallDialog } from '@/components/tall-dialog';

interface FormDialogProps<T extends FieldValues> {
  title: string;
  maxWidth?: 'xs' | 'sm';
  form: UseFormReturn<T>;
  submit: () => Promise<void>;
  submitLabel: string;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog. */
export function FormDialog<T extends FieldValues>(props: FormDialogProps<T>) {
  const { title, maxWidth, onClose, children, ...form } = props;
  return (
    <TallDialog title={title} maxWidth={maxWidth} onClose={onClose}>
      <Form {...form} actions={<Button onClick={onClose}>Cancel</Button>}>
        {children}
      </Form>
    </TallDialog>
  );
}
