import { isValidElement, type ReactElement } from 'react';

import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';

import { scrollHint } from '@/theme/scroll-hint';

/** A number, null if unknown, and how it is shown. */
export interface Figure {
  value: number | null;
  text: string;
}

/** Returns a number with how it is shown. */
export const figure = (
  value: number | null | undefined,
  format: (value: number | null) => string,
): Figure => ({ value: value ?? null, text: format(value ?? null) });

export type Cell = string | number | Figure;

export interface TableData {
  columns: readonly string[];
  /** One array per row; the first cell is the row header. */
  rows: readonly (readonly Cell[])[];
}

const shown = (cell: Cell | ReactElement | undefined) =>
  typeof cell === 'object' && !isValidElement(cell) ? cell.text : cell;

interface DataTableProps extends Omit<TableData, 'rows'> {
  caption: string;
  /** As in `TableData`, also with links, for instance. */
  rows: readonly (readonly (Cell | ReactElement)[])[];
  maxHeight?: number;
  /** The alignment of all cells but the first; numbers are aligned right. */
  align?: 'left' | 'right';
}

const Table = styled('table')(({ theme }) => ({
  width: '100%',
  borderCollapse: 'collapse',
  fontSize: '0.8125rem',
  caption: { position: 'absolute', clipPath: 'inset(50%)' },
  'th, td': {
    padding: '5px 8px',
    textAlign: 'inherit',
    whiteSpace: 'nowrap',
    borderBottom: `1px solid ${theme.palette.divider}`,
  },
  'th:first-of-type': { textAlign: 'left', fontWeight: 450 },
  thead: { position: 'sticky', top: 0, background: theme.palette.background.paper },
  'thead th': { color: theme.palette.text.secondary, fontWeight: 500 },
}));

/** A plain table, such as the alternative to a chart. */
export const DataTable = ({
  caption,
  columns,
  rows,
  maxHeight = 320,
  align = 'right',
}: DataTableProps) => (
  <Box
    role="region"
    aria-label={`${caption}, table`}
    // A scrollable region must be focusable by keyboard.
    tabIndex={0}
    sx={(theme) => ({
      maxHeight,
      overflow: 'auto',
      textAlign: align,
      background: scrollHint(theme, 'paper'),
      '@media print': { maxHeight: 'none' },
    })}
  >
    <Table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells], at) => (
          <tr key={at}>
            <th scope="row">{shown(name)}</th>
            {cells.map((cell, column) => (
              <td key={column}>{shown(cell)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  </Box>
);
