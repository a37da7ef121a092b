import { useId, useState, type ReactNode } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import InputLabel from '@mui/material/InputLabel';
import OutlinedInput from '@mui/material/OutlinedInput';
import {
  type FieldValues,
  type Path,
  type RegisterOptions,
  type UseFormReturn,
} from 'react-hook-form';

import { Icon } from '@/components/icon';

interface FieldProps<T extends FieldValues, N extends Path<T>> {
  form: UseFormReturn<T>;
  name: N;
  label: string;
  rules?: RegisterOptions<T, N>;
  type?: string;
  autoComplete?: string;
  autoFocus?: boolean;
  placeholder?: string;
  /** Stands under the field unless an error does. */
  hint?: ReactNode;
  end?: ReactNode;
}

/** A text field of a form, with its error under it. */
export function Field<T extends FieldValues, N extends Path<T>>(props: FieldProps<T, N>) {
  const { form, name, label, rules, hint, end, ...input } = props;
  const id = useId();
  const { error } = form.getFieldState(name, form.formState);
  const { ref, ...registered } = form.register(name, rules);
  const text = error?.message ?? hint;
  return (
    <FormControl fullWidth size="small" error={error !== undefined}>
      {/* Always above the text: a label that moves collides with what a script fills in. */}
      <InputLabel htmlFor={id} shrink>
        {label}
      </InputLabel>
      <OutlinedInput
        {...input}
        {...registered}
        id={id}
        inputRef={ref}
        label={label}
        notched
        aria-describedby={text ? `${id}-text` : undefined}
        endAdornment={end && <InputAdornment position="end">{end}</InputAdornment>}
        inputProps={{ 'aria-required': rules?.required !== undefined }}
      />
      {text && <FormHelperText id={`${id}-text`}>{text}</FormHelperText>}
    </FormControl>
  );
}

/** The same for a password, which can be made visible. */
export function PasswordField<T extends FieldValues, N extends Path<T>>(
  props: Omit<FieldProps<T, N>, 'type' | 'end'>,
) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <IconButton
      aria-label={`Show: ${props.label}`}
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
  /** What the button does, in its own words. */
  submitLabel: string;
  /** Further buttons beside it. */
  actions?: ReactNode;
  children: ReactNode;
  danger?: boolean;
  /** There is nothing to send. */
  disabled?: boolean;
}

/** The fields of a form, what went wrong as a whole, and the button. */
export function Form<T extends FieldValues>(props: FormProps<T>) {
  const { form, submit, submitLabel, actions, children, danger = false, disabled = false } = props;
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
        <Button
          type="submit"
          variant="contained"
          color={danger ? 'error' : 'primary'}
          loading={isSubmitting}
          disabled={disabled}
        >
          {submitLabel}
        </Button>
        {actions}
      </Box>
    </Box>
  );
}
