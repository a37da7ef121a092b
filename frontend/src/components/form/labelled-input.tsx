import { useId, type ReactNode } from 'react';

import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import OutlinedInput, { type OutlinedInputProps } from '@mui/material/OutlinedInput';
import Typography from '@mui/material/Typography';

interface LabelledInputProps extends Omit<
  OutlinedInputProps,
  'id' | 'label' | 'notched' | 'error'
> {
  label: string;
  /** Shown below the field unless there is an error. */
  hint?: ReactNode;
  error?: string;
}

/** An input with a label above and a hint or error below. */
export function LabelledInput({ label, hint, error, ...input }: LabelledInputProps) {
  const id = useId();
  const text = error ?? hint;
  return (
    <FormControl fullWidth size="small" error={error !== undefined}>
      <Typography component="label" htmlFor={id} variant="body2" sx={{ mb: 0.5, fontWeight: 500 }}>
        {label}
      </Typography>
      <OutlinedInput {...input} id={id} aria-describedby={text ? `${id}-text` : undefined} />
      {text && <FormHelperText id={`${id}-text`}>{text}</FormHelperText>}
    </FormControl>
  );
}
