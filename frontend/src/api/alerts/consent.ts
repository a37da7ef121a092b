import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/core/client';
import type { Message, RecipientResponse } from '@/api/types';

/** Records whether the recipient of mails wants further ones. */
export const useConsent = (code: string) =>
  useMutation({
    mutationFn: (agrees: boolean) =>
      post<Message>('/consent', { code, agrees } satisfies RecipientResponse),
  });
