/**
 * A drawn chart as a picture of its own: the SVG with every colour and font resolved, a ground, the title and the legend; a PNG
 * from it. Works on any SVG of the page. Leaves out saving.
 */

import { LINE_MARK_WIDTH, type LegendLook } from './legend-mark';

export interface LegendEntry extends LegendLook {
  label: string;
}

export interface PictureText {
  title: string;
  legend: readonly LegendEntry[];
}

const MARGIN = 12;
const TITLE_HEIGHT = 24;
const LEGEND_HEIGHT = 20;

/** What the page's style sheets and variables decide about a drawing. */
const resolved = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;

const create = (name: string, attributes: Record<string, string | number>, text = ''): Element => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
};

/** A copy of `source` that looks the same without the page's styles. */
function standaloneCopy(source: SVGSVGElement): SVGSVGElement {
  const copy = source.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [index, original] of [source, ...source.querySelectorAll('*')].entries()) {
    const style = getComputedStyle(original);
    const target = copies[index];
    for (const name of resolved) target?.setAttribute(name, style.getPropertyValue(name));
    for (const name of ['style', 'class', 'tabindex']) target?.removeAttribute(name);
  }
  return copy;
}

/** The value of a CSS colour such as var(--studio-chosen) at `at`. */
function resolvedColor(color: string, at: Element): string {
  const probe = document.createElement('span');
  probe.style.color = color;
  at.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function legendOf({ legend }: PictureText, frame: Element, top: number, font: string, color: string): Element[] {
  let left = MARGIN;
  return legend.flatMap(({ label, color: own, sign, dash }) => {
    const paint = resolvedColor(own, frame);
    const letters = { y: top + 9, 'font-size': 11, 'font-family': font };
    const width = dash === undefined ? 10 : LINE_MARK_WIDTH;
    const mark = (): Element => {
      if (sign !== undefined) return create('text', { ...letters, x: left, fill: paint }, sign);
      if (dash === undefined) return create('rect', { x: left, y: top, width, height: 10, rx: 2, fill: paint });
      const line = { x1: left, x2: left + width, y1: top + 5, y2: top + 5, stroke: paint };
      return create('line', { ...line, 'stroke-width': 2, 'stroke-dasharray': dash || 'none' });
    };
    const text = create('text', { ...letters, x: left + width + 4, fill: color }, label);
    const drawn = [mark(), text];
    left += width + 4 + label.length * 6.2 + 14;
    return drawn;
  });
}

/**
 * The chart that `svg` draws, as the text of an SVG file and its size in CSS pixels.
 * @param frame the element around it, whose ground and text colour the picture takes
 */
export function chartPicture(svg: SVGSVGElement, frame: HTMLElement, text: PictureText) {
  const { width, height } = svg.getBoundingClientRect();
  const style = getComputedStyle(frame);
  const legendHeight = text.legend.length > 1 ? LEGEND_HEIGHT : 0;
  const top = MARGIN + TITLE_HEIGHT + legendHeight;
  const size = { width: Math.ceil(width + 2 * MARGIN), height: Math.ceil(height + top + MARGIN) };
  const chart = standaloneCopy(svg);
  for (const [name, value] of Object.entries({ x: MARGIN, y: top, width, height })) {
    chart.setAttribute(name, String(value));
  }
  const font = style.fontFamily;
  const whole = create('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
  });
  const titleStyle = { 'font-size': 14, 'font-weight': 600, 'font-family': font, fill: style.color };
  whole.append(
    create('rect', { ...size, fill: style.backgroundColor }),
    create('text', { x: MARGIN, y: MARGIN + 14, ...titleStyle }, text.title),
    ...(legendHeight > 0 ? legendOf(text, frame, MARGIN + TITLE_HEIGHT, font, style.color) : []),
    chart,
  );
  return { text: new XMLSerializer().serializeToString(whole), ...size };
}

/** @param scale pixels of the image for one CSS pixel @throws Error when the browser cannot draw or encode it */
export async function pictureToPng(
  { text, width, height }: { text: string; width: number; height: number },
  scale = 2,
): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: width * scale, height: height * scale });
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!png) throw new Error('This browser could not make a PNG of the chart. Save it as SVG instead.');
    return png;
  } finally {
    URL.revokeObjectURL(url);
  }
}
