import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import { useSearchParams } from 'react-router';

import { parseArrangement } from '@/features/overview/arrange';

interface TagChipsProps {
  tags: readonly string[];
  /** The accessible name of the list. */
  label: string;
}

/** Tags; a click shows only the dashboards with that tag, or no longer only those. */
export function TagChips({ tags, label }: TagChipsProps) {
  const [params, setParams] = useSearchParams();
  const chosen = parseArrangement(params).tags;
  const toggle = (tag: string) => {
    const next = new URLSearchParams(params);
    next.delete('tag');
    const without = chosen.filter((one) => one !== tag);
    for (const one of without.length < chosen.length ? without : [...chosen, tag]) {
      next.append('tag', one);
    }
    setParams(next, { replace: true });
  };
  return (
    <Box role="group" aria-label={label} sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
      {tags.map((tag) => (
        <Chip
          key={tag}
          component="button"
          type="button"
          size="small"
          label={tag}
          clickable
          aria-pressed={chosen.includes(tag)}
          color={chosen.includes(tag) ? 'primary' : 'default'}
          variant={chosen.includes(tag) ? 'filled' : 'outlined'}
          onClick={() => toggle(tag)}
        />
      ))}
    </Box>
  );
}
