import type { ReactNode } from 'react';

import { act, fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { BarChart } from '@/components/charts/bar-chart';
import { BoxPlots } from '@/components/charts/box-plots';
import { LETTER } from '@/components/charts/fit-text';
import { Heatmap } from '@/components/charts/heatmap';
import { LineChart } from '@/components/charts/line-chart';
import { MARGIN, type Marker } from '@/components/charts/series';
import { formatDuration, formatNumber } from '@/lib/format';
import { giveSize } from '@/testing/drawing';
import { renderPage } from '@/testing/render';
import { ColorModeProvider } from '@/theme/color-mode';

beforeEach(() => giveSize());

const draw = (chart: ReactNode) => render(chart, { wrapper: ColorModeProvider });

const categories = ['Mon', 'Tue', 'Wed'].map((day) => ({ tick: day, title: day }));
const red = { id: 'red', name: 'Red', color: '#ff0000', values: [1, null, 3] };
const axes = { categories, xTitle: 'Day (UTC)', formatTick: String, format: formatNumber };

const time = { edges: [0, 1000, 2000, 3000], ordinals: [0, 1, 2], steps: [1] };

const texts = (container: HTMLElement) =>
  [...container.querySelectorAll('svg text')].map(({ textContent }) => textContent);

/** The area over the drawing that receives pointer events. */
const areaOf = (container: HTMLElement) =>
  container.querySelector('[aria-hidden] > div:last-child') ?? container;

describe('a chart of series', () => {
  it('labels both axes', () => {
    draw(
      <>
        <BarChart {...axes} series={[red]} yTitle="Requests per day" />
        <LineChart {...axes} series={[red]} yTitle="Time per request" format={formatDuration} />
      </>,
    );
    expect(screen.getByText('Requests per day')).toBeVisible();
    expect(screen.getByText('Time per request')).toBeVisible();
    expect(screen.getAllByText('Day (UTC)')).toHaveLength(2);
  });

  it('shows a legend for two or more series', () => {
    const blue = { id: 'blue', name: 'Blue', color: '#0000ff', values: [1, 1, 1] };
    const { rerender } = draw(<BarChart {...axes} series={[red]} yTitle="" />);
    expect(screen.queryByText('Red')).not.toBeInTheDocument();
    rerender(<BarChart {...axes} series={[red, blue]} yTitle="" />);
    expect(screen.getByText('Red')).toBeVisible();
    expect(screen.getByText('Blue')).toBeVisible();
  });

  it('leaves gaps for missing values and draws isolated values as dots', () => {
    const { container } = draw(<LineChart {...axes} series={[red]} yTitle="" />);
    expect(container.querySelectorAll('circle[fill="#ff0000"]')).toHaveLength(2);
    expect(container.querySelector('path[stroke="#ff0000"]')?.getAttribute('d')).not.toContain('L');
  });

  it('marks events within its range, close ones together', async () => {
    const link = 'Show in Activity';
    const deploy = {
      ...({ shape: 'triangle', tone: 'accent', time: 'May 29', to: '/activity' } as const),
      link,
    };
    const markers = [
      { ...deploy, id: '1', start: 500, label: '2.0.0', text: 'Deploy of 2.0.0' },
      { ...deploy, id: '2', start: 2500, label: '2.1.0', text: 'Deploy of 2.1.0' },
      { ...deploy, id: '3', start: 2510, label: '2.2.0', text: 'Deploy of 2.2.0', tone: 'bad' },
      { ...deploy, id: '4', start: 3500, label: '2.3.0', text: 'Deploy of 2.3.0' },
    ] satisfies Marker[];
    const { container } = renderPage(
      <BarChart {...axes} {...{ time, markers }} series={[red]} yTitle="" />,
    );
    const names = screen.getAllByRole('button').map((each) => each.getAttribute('aria-label'));
    expect(names).toEqual(['Deploy of 2.0.0, May 29', '2 events']);
    expect(screen.getByText('2.0.0')).toBeVisible();
    expect(container.querySelectorAll('line[stroke-dasharray]')).toHaveLength(3);
    const button = screen.getByRole('button', { name: '2 events' });
    // Together they look like the one that needs somebody.
    const lines = [...container.querySelectorAll('line[stroke-dasharray]')];
    const [, fine, worse] = lines.map((line) => line.getAttribute('stroke'));
    expect(fine).not.toBe(worse);
    expect(button.querySelector('circle')).toHaveAttribute('fill', worse);
    await userEvent.hover(button);
    await userEvent.unhover(button);
    expect(screen.queryByRole('link')).not.toBeInTheDocument();
    await userEvent.click(button);
    await userEvent.unhover(button); // as when the page scrolls to a link of the card
    const shown = screen.getByRole('link', { name: `Deploy of 2.2.0: ${link}` });
    expect(shown).toHaveAttribute('href', '/activity');
    await userEvent.keyboard('{Escape}');
    expect(shown).not.toBeInTheDocument();
  });

  it('draws an outage as a band, which ends with the chart at the latest', () => {
    const outage = {
      ...({ shape: 'square', tone: 'bad' } as const),
      ...{ label: '', time: '', to: '/', link: 'Show' },
    };
    const markers = [{ ...outage, id: '1', start: 2000, end: 9000, text: 'Outage began' }];
    const { container } = draw(
      <LineChart {...axes} {...{ time, markers }} series={[red]} yTitle="" />,
    );
    const band = container.querySelector('rect');
    const width = 640 - MARGIN.left - MARGIN.right;
    expect(Number(band?.getAttribute('x'))).toBeCloseTo((2 * width) / 3);
    expect(Number(band?.getAttribute('width'))).toBeCloseTo(width / 3);
  });

  it('shows the comparison series in the tooltip', async () => {
    const before = { ...red, id: 'before', name: 'Previous period', values: [1234, 8, 7] };
    const { container } = draw(<BarChart {...axes} series={[red]} before={before} yTitle="" />);
    fireEvent.pointerMove(areaOf(container), { clientX: 1, clientY: 1 });
    expect(await screen.findByText('1,234')).toBeVisible();
    expect(screen.getAllByText('Previous period')).toHaveLength(2);
    fireEvent.keyDown(document, { key: 'Escape' });
    expect(screen.queryByText('1,234')).not.toBeInTheDocument();
  });

  it('hides its tooltip when the user taps elsewhere', () => {
    const { container } = draw(<BarChart {...axes} series={[red]} yTitle="" />);
    fireEvent.pointerDown(areaOf(container), { clientX: 1, clientY: 1 });
    expect(screen.getByText('Mon', { selector: 'div' })).toBeVisible();
    fireEvent.pointerDown(document.body);
    expect(screen.queryByText('Mon', { selector: 'div' })).not.toBeInTheDocument();
  });
});

describe('interactions of a chart over time', () => {
  const blue = { id: 'blue', name: 'Blue', color: '#0000ff', values: [1, 1, 1] };
  const step = (640 - MARGIN.left - MARGIN.right) / 3;
  const mouse = { pointerType: 'mouse', button: 0, isPrimary: true };

  it('zooms to the slices that the mouse is dragged over, in either direction', () => {
    const onZoom = vi.fn();
    const { container } = draw(
      <BarChart {...axes} {...{ time, onZoom }} series={[red]} yTitle="" />,
    );
    const area = areaOf(container);
    for (const [from, to] of [
      [0.5, 1.5],
      [2.9, 2.1],
    ] as const) {
      fireEvent.pointerDown(area, { ...mouse, clientX: from * step, clientY: 9 });
      fireEvent.pointerMove(area, { ...mouse, clientX: to * step, clientY: 9 });
      fireEvent.pointerUp(area, { ...mouse, clientX: to * step, clientY: 9 });
    }
    expect(onZoom.mock.calls).toEqual([
      [0, 1],
      [2, 2],
    ]);
  });

  const finger = { pointerType: 'touch', button: 0, isPrimary: true };

  it('zooms by a finger that moves sideways, and leaves other movements to the browser', () => {
    const onZoom = vi.fn();
    const { container } = draw(
      <BarChart {...axes} {...{ time, onZoom }} series={[red]} yTitle="" />,
    );
    const area = areaOf(container);
    expect(getComputedStyle(area).touchAction).toBe('pan-y');
    const at = (share: number) => ({ ...finger, clientX: share * step, clientY: 9 });
    fireEvent.pointerDown(area, at(0.5));
    fireEvent.pointerMove(area, at(1.5));
    fireEvent.pointerCancel(area, finger); // the page scrolls instead
    fireEvent.pointerUp(area, at(1.5));
    expect(onZoom).not.toHaveBeenCalled();
    fireEvent.pointerDown(area, at(0.5));
    fireEvent.pointerMove(area, at(1.5));
    fireEvent.pointerUp(area, at(1.5));
    expect(onZoom.mock.calls).toEqual([[0, 1]]);
    expect(screen.queryByText('Tue', { selector: 'div' })).not.toBeInTheDocument();
  });

  it('shows the tooltip of a bar that is tapped, and picks it with a second tap', () => {
    const onPick = vi.fn();
    const { container } = draw(
      <BarChart {...axes} {...{ time, onPick }} series={[red, blue]} yTitle="" />,
    );
    const area = areaOf(container);
    const tap = (category: number) => {
      const at = { ...finger, clientX: (category + 0.5) * step, clientY: 0.9 * (256 - 48) };
      fireEvent.pointerDown(area, at);
      fireEvent.pointerUp(area, at);
      fireEvent.pointerLeave(area, at);
    };
    tap(0);
    expect(screen.getByText('Mon', { selector: 'div' })).toBeVisible();
    tap(2);
    expect(screen.getByText('Wed', { selector: 'div' })).toBeVisible();
    expect(onPick).not.toHaveBeenCalled();
    tap(2);
    expect(onPick.mock.calls).toEqual([['red']]);
  });

  it('picks the series of the bar that is clicked', () => {
    const onPick = vi.fn();
    const { container } = draw(
      <BarChart {...axes} {...{ time, onPick }} series={[red, blue]} yTitle="" />,
    );
    const click = (share: number) => {
      const at = { ...mouse, clientX: 2.5 * step, clientY: share * (256 - 48) };
      fireEvent.pointerDown(areaOf(container), at);
      fireEvent.pointerUp(areaOf(container), at);
    };
    click(0.9); // red: 3 of 4
    click(0.1); // blue: 1 of 4
    expect(onPick.mock.calls).toEqual([['red'], ['blue']]);
  });

  it('is a slider for the keyboard', async () => {
    const onZoom = vi.fn();
    draw(<LineChart {...axes} {...{ time, onZoom }} series={[red, blue]} yTitle="Requests" />);
    const slider = screen.getByRole('slider', { name: 'Requests: point in time' });
    act(() => slider.focus());
    expect(slider).toHaveAttribute('aria-valuetext', 'Wed: Red 3, Blue 1');
    await userEvent.keyboard('{ArrowLeft}');
    expect(slider).toHaveAttribute('aria-valuetext', 'Tue: Red –, Blue 1');
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}{Enter}');
    expect(onZoom.mock.calls).toEqual([[0, 1]]);
  });

  it('hides and isolates series by the legend', async () => {
    const { container } = draw(<BarChart {...axes} {...{ time }} series={[red, blue]} yTitle="" />);
    const shown = () =>
      [...container.querySelectorAll('path[fill^="#"]')].map((path) => path.getAttribute('fill'));
    const [first, second] = screen.getAllByRole('button');
    await userEvent.click(first ?? container);
    expect(shown()).toEqual(['#0000ff']);
    expect(first).toHaveAttribute('aria-pressed', 'false');
    await userEvent.click(first ?? container);
    expect(shown()).toEqual(['#ff0000', '#0000ff']);
    fireEvent.click(second ?? container, { shiftKey: true });
    expect(shown()).toEqual(['#0000ff']);
    fireEvent.click(second ?? container, { shiftKey: true });
    expect(shown()).toEqual(['#ff0000', '#0000ff']);
    await userEvent.dblClick(first ?? container);
    expect(shown()).toEqual(['#ff0000']);
  });

  it('has a logarithmic scale on demand', async () => {
    const far = { ...red, values: [2, 20, 2000] };
    const { container } = draw(<LineChart {...axes} series={[far]} yTitle="Time" canBeLog />);
    const heights = () =>
      [
        ...(container.querySelector('path[stroke="#ff0000"]')?.getAttribute('d') ?? '').matchAll(
          / ([\d.]+)/g,
        ),
      ].map(([, y]) => Number(y));
    const [low, middle, high] = heights() as [number, number, number];
    expect((low - middle) / (low - high)).toBeCloseTo(18 / 1998);
    await userEvent.click(screen.getByRole('button', { name: 'Log scale' }));
    const [lower, between, higher] = heights() as [number, number, number];
    expect((lower - between) / (lower - higher)).toBeCloseTo(1 / 3);
    expect(screen.getByText('Time, logarithmic')).toBeVisible();
  });

  it('draws times of zero at the bottom of a logarithmic scale', async () => {
    const some = { ...red, values: [0, 30, 300] };
    const { container } = draw(<LineChart {...axes} series={[some]} yTitle="Time" canBeLog />);
    await userEvent.click(screen.getByRole('button', { name: 'Log scale' }));
    const path = container.querySelector('path[stroke="#ff0000"]')?.getAttribute('d');
    const bottom = [...container.querySelectorAll('line[stroke]')].map((line) =>
      Number(line.getAttribute('y1')),
    );
    expect(path).not.toContain('NaN');
    expect(Number(/^M[\d.]+ ([\d.]+)/.exec(path ?? '')?.[1])).toBe(Math.max(...bottom));
  });

  it('hatches slices that are only in part within the range', () => {
    const { container } = draw(
      <BarChart {...axes} time={{ ...time, partial: [2] }} series={[red]} yTitle="" />,
    );
    const hatched = container.querySelector('rect[fill^="url("]');
    expect(Number(hatched?.getAttribute('x'))).toBeCloseTo(2 * step);
  });

  it('shows the moment under the pointer, or of the slider, on all charts', () => {
    const { container, rerender } = draw(
      <>
        <BarChart {...axes} time={time} series={[red]} yTitle="one" />
        <LineChart {...axes} time={time} series={[red]} yTitle="two" />
      </>,
    );
    const area = areaOf(container);
    const lines = () =>
      [...container.querySelectorAll('[aria-hidden] > div > div')].filter(
        (line) => getComputedStyle(line).opacity === '0.5',
      );
    fireEvent.pointerMove(area, { ...mouse, clientX: 1.5 * step, clientY: 9 });
    expect(lines()).toHaveLength(2);
    fireEvent.pointerLeave(area, mouse);
    expect(lines()).toHaveLength(0);

    const [first, second] = container.querySelectorAll('[aria-hidden] > div:last-child');
    for (const touched of [first, second]) {
      const at = { ...finger, clientX: 1.5 * step, clientY: 9 };
      fireEvent.pointerDown(touched ?? container, at);
      fireEvent.pointerUp(touched ?? container, at);
      fireEvent.pointerLeave(touched ?? container, at);
      expect(lines()).toHaveLength(2);
    }
    fireEvent.pointerDown(document.body);
    expect(lines()).toHaveLength(0);

    const slider = screen.getByRole('slider', { name: 'two: point in time' });
    act(() => slider.focus());
    fireEvent.keyDown(slider, { key: 'Home' });
    expect(lines().map((line) => getComputedStyle(line).left)).toEqual(
      Array<string>(2).fill(`${Math.round(step / 2)}px`),
    );
    act(() => slider.blur());
    expect(lines()).toHaveLength(0);

    fireEvent.pointerDown(area, { ...finger, clientX: 1.5 * step, clientY: 9 });
    rerender(<LineChart {...axes} time={time} series={[red]} yTitle="another page" />);
    expect(lines()).toHaveLength(0);
  });
});

describe('a heat map', () => {
  it('draws a cell per row and column, with labels above their columns', () => {
    const { container } = draw(
      <Heatmap
        columns={categories}
        rows={[
          { id: 'a', tick: 'morning', title: 'Morning', values: [1, 2, 3] },
          { id: 'b', tick: 'evening', title: 'Evening', values: [4, 5, 6] },
        ]}
        xTitle="Day"
        yTitle="Time"
        format={String}
      />,
    );
    const cells = [...container.querySelectorAll('svg > path')].flatMap((path) =>
      [...(path.getAttribute('d') ?? '').matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)/g)].map(
        ([, x, y, width]) => ({ middle: Number(x) + Number(width) / 2, y: Number(y) }),
      ),
    );
    expect(cells).toHaveLength(6);
    const top = Math.min(...cells.map(({ y }) => y));
    const middles = cells.filter(({ y }) => y === top).map(({ middle }) => middle);
    const labels = ['Mon', 'Tue', 'Wed'].map((day) =>
      Number(
        [...container.querySelectorAll('svg text')]
          .find(({ textContent }) => textContent === day)
          ?.getAttribute('x'),
      ),
    );
    middles
      .sort((one, other) => one - other)
      .forEach((middle, at) => expect(labels[at]).toBeCloseTo(middle));
  });
});

describe('a narrow heat map', () => {
  it('does not cut its last label, and picks the column that is clicked', () => {
    const onPick = vi.fn();
    const columns = Array.from({ length: 28 }, () => ({ tick: 'version', title: '' }));
    const { container } = draw(
      <Heatmap
        columns={columns}
        rows={[{ id: 'a', tick: '', title: '', values: columns.map(() => 1) }]}
        xTitle=""
        yTitle=""
        format={String}
        columnLabelWidth={52}
        onPick={onPick}
      />,
    );
    const labels = [...container.querySelectorAll('svg text')].filter(
      ({ textContent }) => textContent === 'version',
    );
    const last = Number(labels.at(-1)?.getAttribute('x'));
    expect(last + ('version'.length * LETTER) / 2).toBeLessThanOrEqual(640);
    const at = {
      pointerType: 'mouse',
      button: 0,
      isPrimary: true,
      clientX: 27.5 * ((640 - 64) / 28),
      clientY: 9,
    };
    fireEvent.pointerDown(areaOf(container), at);
    fireEvent.pointerUp(areaOf(container), at);
    expect(onPick.mock.calls).toEqual([[27]]);
  });
});

describe('a box plot', () => {
  const box = {
    fastest: 4,
    firstQuartile: 8,
    median: 10,
    thirdQuartile: 20,
    p90: 40,
    p99: 90,
    slowest: 250,
    average: 15,
  };

  it('picks the row that is clicked or chosen with the keyboard', async () => {
    const onPick = vi.fn();
    const { container } = draw(
      <BoxPlots
        rows={['1.0', '2.0'].map((name) => ({ name, box, color: '#ff0000' }))}
        xTitle=""
        format={formatDuration}
        onPick={onPick}
      />,
    );
    const at = { pointerType: 'mouse', button: 0, isPrimary: true, clientX: 300, clientY: 40 };
    fireEvent.pointerDown(areaOf(container), at);
    fireEvent.pointerUp(areaOf(container), at);
    await userEvent.tab();
    expect(screen.getByRole('button', { name: 'Filter by 1.0' })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    expect(onPick.mock.calls).toEqual([[1], [0]]);
  });

  it('draws a row per group on an axis that includes the slowest request', () => {
    const { container } = draw(
      <BoxPlots
        rows={['1.0', '2.0'].map((name) => ({ name, box, color: '#ff0000' }))}
        xTitle="Time per request"
        format={formatDuration}
      />,
    );
    expect(texts(container)).toEqual(expect.arrayContaining(['1.0', '2.0', '3 ms', '300 ms']));
    expect(container.querySelectorAll('circle')).toHaveLength(2);
  });
});
