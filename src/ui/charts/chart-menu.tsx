/** The small menu of a chart: saves its picture as PNG or SVG and its numbers as CSV. */
import { ActionIcon, Menu } from '@mantine/core';
import type { RefObject } from 'react';
import { useCommands } from '../app/studio-context';
import { DownloadIcon } from '../primitives/icons';
import { saveFile } from '../primitives/save-file';
import { chartPicture, pictureToPng, type PictureText } from './chart-picture';

interface ChartMenuProps extends PictureText {
  /** The frame's element, which holds the drawing. */
  frame: RefObject<HTMLElement | null>;
  /** The chart's numbers, all of them, as the text of a CSV file; without it there is no such item. */
  csv: (() => string) | undefined;
}

/** 'Log-probabilities' -> 'log-probabilities' */
const fileName = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '') || 'chart';

export function ChartMenu({ frame, title, legend, csv }: ChartMenuProps) {
  const { attempt } = useCommands();
  const name = fileName(title);
  const picture = () => {
    const svg = frame.current?.querySelector<SVGSVGElement>('[data-drawing] svg');
    if (!svg || !frame.current) throw new Error('The chart is not drawn yet. Try again in a moment.');
    return chartPicture(svg, frame.current, { title, legend });
  };
  const savePng = () => attempt(async () => saveFile(await pictureToPng(picture()), `${name}.png`));
  const saveSvg = () =>
    attempt(async () => saveFile(new Blob([picture().text], { type: 'image/svg+xml' }), `${name}.svg`));
  const saveCsv = (text: string) => saveFile(new Blob([text], { type: 'text/csv' }), `${name}.csv`);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={24} aria-label={`Save the chart ${title}`}>
          <DownloadIcon size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void savePng()}>Picture (PNG)</Menu.Item>
        <Menu.Item onClick={() => void saveSvg()}>Drawing (SVG)</Menu.Item>
        {csv && <Menu.Item onClick={() => saveCsv(csv())}>All points (CSV)</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
