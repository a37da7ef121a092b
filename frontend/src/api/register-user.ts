import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/client';
import type { Registration, Message } from '@/api/types';

const registerUser = (registration: Registration) => post<Message>('/user/register', registration);

export const useRegisterUser = () => useMutation({ mutationFn: registerUser });
