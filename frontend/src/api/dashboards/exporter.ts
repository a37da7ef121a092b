import { useQuery } from '@tanstack/react-query';

import { get } from '@/api/core/client';
import type { Exporter } from '@/api/types';

/** The exporter that apps can install from this PyDash. */
export const useExporter = () =>
  useQuery({
    queryKey: ['exporter'],
    queryFn: ({ signal }) => get<Exporter>('/exporter', undefined, signal),
    staleTime: Infinity,
  });
