import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { Controller, useWatch } from 'react-hook-form';

import { useChangePassword } from '@/api/account/account';
import { useUser } from '@/api/auth/user';
import type { Message, PasswordChange } from '@/api/types';
import { Form, PasswordField } from '@/components/form/fields';
import { PasswordRules } from '@/components/form/password-rules';
import { useApiForm } from '@/components/form/use-api-form';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';
import { passwordProblem } from '@/lib/password';

/** Changes the password, which ends all other sessions. */
export function PasswordSection() {
  const userName = useUser().data?.name ?? '';
  const change = useChangePassword();
  const notify = useNotify();
  const { form, submit } = useApiForm<PasswordChange, Message>({
    defaultValues: { current_password: '', new_password: '', revoke_tokens: false },
    send: change.mutateAsync,
    passwordField: 'current_password',
    onDone: ({ message }) => {
      notify(message);
      form.reset();
    },
  });
  const password = useWatch({ control: form.control, name: 'new_password' });
  return (
    <Frame title="Password" subtitle="Changing it signs you out in all other browsers.">
      <Form form={form} submit={submit} submitLabel="Change password">
        <PasswordField
          form={form}
          name="current_password"
          label="Current password"
          autoComplete="current-password"
          rules={{ required: 'Enter your current password.' }}
        />
        <PasswordField
          form={form}
          name="new_password"
          label="New password"
          autoComplete="new-password"
          rules={{
            required: 'Choose a new password.',
            validate: (value) => passwordProblem(value, userName),
          }}
        />
        {password !== '' && <PasswordRules password={password} userName={userName} />}
        <FormControlLabel
          control={
            <Controller
              control={form.control}
              name="revoke_tokens"
              render={({ field: { value, onChange } }) => (
                <Checkbox checked={value} onChange={onChange} size="small" />
              )}
            />
          }
          label="Revoke all API tokens"
        />
      </Form>
    </Frame>
  );
}
