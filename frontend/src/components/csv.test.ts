import { describe, expect, it } from 'vitest';

import { figure } from '@/components/data-table';
import { csvOf } from '@/components/csv';
import { fileName } from '@/lib/save';
import { formatDuration } from '@/lib/format';

describe('the CSV of a table', () => {
  it('has numbers as they are, and nothing for what is unknown', () => {
    const rows = [['Mon', figure(1234.5, formatDuration), figure(null, formatDuration), 7]];
    expect(csvOf({ columns: ['Day', 'p50', 'p99', 'Count'], rows })).toBe(
      'Day,p50,p99,Count\r\nMon,1234.5,,7\r\n',
    );
  });

  it('quotes what would end a cell', () => {
    const rows = [['a,b', 'say "hi"', 'two\nlines']];
    expect(csvOf({ columns: [], rows })).toBe('\r\n"a,b","say ""hi""","two\nlines"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('keeps %j a text in a spreadsheet', (text) => {
    expect(csvOf({ columns: [], rows: [[text]] })).toBe(`\r\n'${text}\r\n`);
  });

  it('is named after its title', () => {
    expect(fileName('Requests per user: größte', 'csv')).toBe('requests-per-user-größte.csv');
  });
});
