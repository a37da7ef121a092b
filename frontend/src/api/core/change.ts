import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';

/** A mutation after which the queries are loaded again whose keys begin with one of these. */
export function useChange<V, R>(
  mutationFn: (variables: V) => Promise<R>,
  ...changed: readonly QueryKey[]
) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () =>
      Promise.all(changed.map((queryKey) => queryClient.invalidateQueries({ queryKey }))),
  });
}
