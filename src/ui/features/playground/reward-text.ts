/** A response's reward as it is shown: pure. */
import { formatFixed } from '../../primitives/format';

/** Always three decimals and a real minus, so that two of them stand beside each other: -0.44 -> '−0.440'. */
export const rewardText = (reward: number): string => formatFixed(reward, 3);
