/** How compared runs are drawn: a colour and a dash each, so that they stay apart without colour. */
import { roundColor } from '../../primitives/model-colors';

export const lines: readonly { color: string; dash: string }[] = [
  { color: roundColor(1), dash: '' },
  { color: roundColor(0), dash: '6 3' },
  { color: roundColor(3), dash: '2 3' },
  { color: roundColor(4), dash: '10 3 2 3' },
];
