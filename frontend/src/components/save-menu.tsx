import { useState, type RefObject } from 'react';

import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';

import { messageOf } from '@/api/core/errors';
import type { TableData } from '@/components/data-table';
import { Icon } from '@/components/icon';
import { useNotify } from '@/components/snackbar';
import { csvOf } from '@/components/csv';
import { fileName, save } from '@/lib/save';

const svgBlob = (svg: string) => new Blob([svg], { type: 'image/svg+xml' });

const FORMATS = [
  { format: 'csv', name: 'Data as CSV (times in ms)' },
  { format: 'png', name: 'Image as PNG' },
  { format: 'svg', name: 'Image as SVG' },
] as const;
type Format = (typeof FORMATS)[number]['format'];

interface SaveMenuProps {
  title: string;
  table: () => TableData;
  /** What an image shows. */
  panel: RefObject<HTMLElement | null>;
}

/** Saves the data or an image of a panel. */
export function SaveMenu({ title, table, panel }: SaveMenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const notify = useNotify();
  const fileOf = async (format: Format): Promise<Blob> => {
    if (format === 'csv') return new Blob([csvOf(table())], { type: 'text/csv' });
    const { pngOf, svgOf } = await import('@/lib/picture');
    if (!panel.current) throw new Error('The panel is no longer shown.');
    const svg = svgOf(panel.current);
    return format === 'svg' ? svgBlob(svg) : pngOf(svg);
  };
  const choose = (format: Format) => {
    setAnchor(null);
    fileOf(format).then(
      (file) => save(fileName(title, format), file),
      (error: unknown) => notify(messageOf(error), 'error'),
    );
  };
  return (
    <>
      <IconButton
        size="small"
        title="Save"
        aria-label={`${title}: save`}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      >
        <Icon name="download" />
      </IconButton>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        {FORMATS.map(({ format, name }) => (
          <MenuItem key={format} onClick={() => choose(format)}>
            {name}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
