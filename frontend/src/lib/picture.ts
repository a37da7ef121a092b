/* Pictures of a part of the page: what it draws and the texts in it, as SVG or PNG. */

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 16; // pixels
const PNG_SCALE = 2;

/** What a drawing gets from style sheets, which a file does not have. */
const DRAWN = [
  'display',
  'fill',
  'fill-opacity',
  'font-family',
  'font-size',
  'font-weight',
  'opacity',
  'stroke',
  'stroke-dasharray',
  'stroke-opacity',
  'stroke-width',
  'text-anchor',
  'visibility',
] as const;

/** What is not part of the picture: buttons without a text, and what only screen readers see. */
const isShown = (element: Element) =>
  !element.closest('[data-not-pictured]') && getComputedStyle(element).clipPath === 'none';

function draw(svg: SVGElement, to: SVGElement, x: number, y: number): void {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll<SVGElement>('*')].forEach((element, at) => {
    const style = getComputedStyle(originals[at] ?? svg);
    for (const name of DRAWN) element.style.setProperty(name, style.getPropertyValue(name));
    element.removeAttribute('class');
  });
  const attributes = { x, y, width, height };
  for (const [name, value] of Object.entries(attributes)) copy.setAttribute(name, String(value));
  to.append(copy);
}

/** Writes a text where the page shows it, line by line. */
function write(node: Text, to: SVGElement, left: number, top: number): void {
  const parent = node.parentElement;
  if (!parent) return;
  const style = getComputedStyle(parent);
  const range = document.createRange();
  range.selectNodeContents(node);
  const rects = [...range.getClientRects()];
  const [first] = rects;
  if (!first) return;
  const text = document.createElementNS(SVG, 'text');
  text.textContent = node.data.trim();
  text.setAttribute('x', String(first.left - left));
  text.setAttribute('y', String(first.top - top + first.height / 2));
  text.setAttribute('dominant-baseline', 'central');
  text.style.fill = style.color;
  text.style.fontFamily = style.fontFamily;
  text.style.fontSize = style.fontSize;
  text.style.fontWeight = style.fontWeight;
  to.append(text);
}

/** Returns an element as an SVG document. */
export function svgOf(element: HTMLElement): string {
  const { left, top, width, height } = element.getBoundingClientRect();
  const size = { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const root = document.createElementNS(SVG, 'svg');
  root.setAttribute('xmlns', SVG);
  root.setAttribute('width', String(size.width));
  root.setAttribute('height', String(size.height));
  const background = document.createElementNS(SVG, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', getComputedStyle(element).backgroundColor);
  root.append(background);
  const walker = document.createTreeWalker(
    element,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    {
      acceptNode: (node) =>
        node instanceof Element && !isShown(node)
          ? NodeFilter.FILTER_REJECT
          : NodeFilter.FILTER_ACCEPT,
    },
  );
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof SVGSVGElement) {
      const place = node.getBoundingClientRect();
      draw(node, root, place.left - left + MARGIN, place.top - top + MARGIN);
    } else if (node instanceof Text && !node.parentElement?.closest('svg')) {
      write(node, root, left - MARGIN, top - MARGIN);
    }
  }
  return new XMLSerializer().serializeToString(root);
}

/** Returns an SVG document as a PNG, twice as large as the page shows it. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * PNG_SCALE;
  canvas.height = image.height * PNG_SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.'))),
      'image/png',
    ),
  );
}
