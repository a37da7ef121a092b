import Box from '@mui/material/Box';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';

import { BusyButton } from '@/components/busy-button';

interface ShowMoreProps {
  query: Pick<
    UseInfiniteQueryResult,
    'hasNextPage' | 'isFetchingNextPage' | 'isPlaceholderData' | 'fetchNextPage'
  >;
  label?: string;
}

/** Loads the next page of a list, if there is one. */
export const ShowMore = ({ query, label = 'Show more' }: ShowMoreProps) =>
  query.hasNextPage && (
    <Box sx={{ display: 'flex', justifyContent: 'center', pt: 2 }}>
      <BusyButton
        variant="outlined"
        // While another list is loading, the one that is shown has no next page.
        busy={query.isFetchingNextPage || query.isPlaceholderData}
        onClick={() => void query.fetchNextPage()}
      >
        {label}
      </BusyButton>
    </Box>
  );
