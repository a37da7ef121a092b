import Button from '@mui/material/Button';

import type { StatusPage } from '@/api/types';
import { Icon } from '@/components/icon';
import { ROOT } from '@/lib/root';

/** Opens a status page as visitors see it. */
export const OpenButton = ({ page }: { page: StatusPage }) => (
  <Button
    variant="outlined"
    href={`${ROOT}s/${page.slug}`}
    target="_blank"
    rel="noopener"
    aria-label={`Open: ${page.name}`}
    startIcon={<Icon name="external" />}
  >
    Open
  </Button>
);
