import { useState } from 'react';

import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { useDeleteToken, useTokens } from '@/api/account/tokens';
import { messageOf } from '@/api/core/errors';
import type { ApiToken } from '@/api/types';
import { ConfirmButton } from '@/components/confirm-button';
import { CredentialUse } from '@/components/credential-use';
import { QueryBoundary } from '@/components/query-boundary';
import { Icon } from '@/components/icon';
import { FocusFallback } from '@/components/focus-fallback';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';
import { List, ListRow } from '@/components/list';
import { NewTokenDialog } from '@/features/settings/new-token-dialog';

function Token({ token }: { token: ApiToken }) {
  const remove = useDeleteToken();
  const notify = useNotify();
  const revoke = () =>
    remove.mutate(token.id, {
      onSuccess: ({ message }) => notify(message),
      onError: (error) => notify(messageOf(error), 'error'),
    });
  return (
    <ListRow
      action={
        <ConfirmButton
          label="Revoke"
          confirmLabel="Revoke permanently"
          of={token.name}
          busy={remove.isPending}
          onConfirm={revoke}
        />
      }
    >
      <span>{token.name}</span>
      <Typography variant="caption" color="textSecondary" component="div">
        {token.scope === 'write' ? 'Read and write' : 'Read only'} · <CredentialUse {...token} />
      </Typography>
    </ListRow>
  );
}

/** The API tokens of the user. */
export function TokensSection() {
  const tokens = useTokens();
  const [adding, setAdding] = useState(false);
  return (
    <Frame
      title="API tokens"
      subtitle="For scripts that use the API. A token is valid until it expires or you revoke it."
      actions={
        <Button variant="outlined" startIcon={<Icon name="add" />} onClick={() => setAdding(true)}>
          New token
        </Button>
      }
    >
      <FocusFallback label="API tokens">
        <QueryBoundary
          query={tokens}
          minHeight={40}
          isEmpty={(all) => all.length === 0}
          empty={<Typography color="textSecondary">You have no API tokens.</Typography>}
        >
          {(all) => (
            <List label="API tokens">
              {all.map((token) => (
                <Token key={token.id} token={token} />
              ))}
            </List>
          )}
        </QueryBoundary>
      </FocusFallback>
      {adding && <NewTokenDialog onClose={() => setAdding(false)} />}
    </Frame>
  );
}
