import type { Cell, TableData } from '@/components/data-table';

/** A text that a spreadsheet would calculate; the apostrophe makes it a plain text. */
const guarded = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const cellOf = (cell: Cell) =>
  typeof cell === 'string'
    ? quoted(guarded(cell))
    : String((typeof cell === 'number' ? cell : cell.value) ?? '');

/** Returns a table as CSV (RFC 4180), with numbers as they are rather than as they are shown. */
export const csvOf = ({ columns, rows }: TableData): string =>
  [columns, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
