import { useState, type ReactNode } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import {
  type FieldValues,
  type Path,
  type RegisterOptions,
  type UseFormReturn,
} from 'react-hook-form';

import { BusyButton } from '@/components/busy-button';
import { LabelledInput } from '@/components/form/labelled-input';
import { Icon } from '@/components/icon';

interface FieldProps<T extends FieldValues, N extends Path<T>> {
  form: UseFormReturn<T>;
  name: N;
  label: string;
  rules?: RegisterOptions<T, N>;
  type?: string;
  autoComplete?: string;
  autoFocus?: boolean;
  multiline?: boolean;
  placeholder?: string;
  hint?: ReactNode;
  end?: ReactNode;
}

/** A text field of a form. */
export function Field<T extends FieldValues, N extends Path<T>>(props: FieldProps<T, N>) {
  const { form, name, rules, end, ...input } = props;
  const { ref, ...registered } = form.register(name, rules);
  return (
    <LabelledInput
      {...input}
      {...registered}
      inputRef={ref}
      error={form.getFieldState(name, form.formState).error?.message}
      endAdornment={end && <InputAdornment position="end">{end}</InputAdornment>}
      inputProps={{ 'aria-required': rules?.required !== undefined }}
    />
  );
}

/** A password field with a button to show the password. */
export function PasswordField<T extends FieldValues, N extends Path<T>>(
  props: Omit<FieldProps<T, N>, 'type' | 'end'>,
) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <IconButton
      aria-label={`Show ${props.label.toLowerCase()}`}
      aria-pressed={shown}
      edge="end"
      onClick={() => setShown(!shown)}
    >
      <Icon name={shown ? 'eyeOff' : 'eye'} />
    </IconButton>
  );
  return <Field {...props} type={shown ? 'text' : 'password'} end={toggle} />;
}

interface FormProps<T extends FieldValues> {
  form: UseFormReturn<T>;
  submit: () => Promise<void>;
  /** The label of the submit button. */
  submitLabel: string;
  /** More buttons next to it. */
  actions?: ReactNode;
  children: ReactNode;
  danger?: boolean;
  /** Whether there is nothing to submit. */
  idle?: boolean;
}

/** The fields of a form, its error and its submit button. */
export function Form<T extends FieldValues>(props: FormProps<T>) {
  const { form, submit, submitLabel, actions, children, danger = false, idle = false } = props;
  const { errors, isSubmitting } = form.formState;
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}
    >
      {children}
      {errors.root && <Alert severity="error">{errors.root.message}</Alert>}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <BusyButton
          type="submit"
          variant="contained"
          color={danger ? 'error' : 'primary'}
          busy={isSubmitting}
          idle={idle}
        >
          {submitLabel}
        </BusyButton>
        {actions}
      </Box>
    </Box>
  );
}
