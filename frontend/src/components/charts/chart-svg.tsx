import type { ComponentProps } from 'react';

interface ChartSvgProps extends ComponentProps<'svg'> {
  /** In pixels. */
  width: number;
  height: number;
}

/** The class of drawings, which fill the width of the paper when the page is printed. */
export const CHART_SVG = 'chart-svg';

/** The box that a drawing has on the screen; in print, it is scaled as a whole. */
export const viewBoxOf = (width: number, height: number) => `0 0 ${width} ${height}`;

/** The SVG element of a chart. */
export const ChartSvg = ({ width, height, ...others }: ChartSvgProps) => (
  <svg
    className={CHART_SVG}
    width={width}
    height={height}
    viewBox={viewBoxOf(width, height)}
    fontSize={11}
    style={{ display: 'block' }}
    {...others}
  />
);
