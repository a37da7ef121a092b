import Box from '@mui/material/Box';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';

import { BusyButton } from '@/components/busy-button';

interface ShowMoreProps {
  query: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  label?: string;
}

/** Loads the next page of a list, if there is one. */
export const ShowMore = ({ query, label = 'Show more' }: ShowMoreProps) =>
  query.hasNextPage && (
    <Box sx={{ display: 'flex', justifyContent: 'center', pt: 2 }}>
      <BusyButton
        variant="outlined"
        busy={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        {label}
      </BusyButton>
    </Box>
  );
