/** Rewards, margins and log-ratios as the page's figures show them: one way everywhere, with a real minus. Pure. */
import { formatFixed } from '../../primitives/format';

/** -0.19034 -> '−0.190' */
export const rewardText = (reward: number): string => formatFixed(reward, 3);

/** In standard deviations: 1.634 -> '1.63' */
export const sigmasText = (sigmas: number): string => formatFixed(sigmas, 2);

/** In nats: 0.0317 -> '+0.032' */
export const ratioText = (nats: number): string => `${nats >= 0.0005 ? '+' : ''}${formatFixed(nats, 3)}`;

/** Cohen's kappa: -0.081 -> '−0.08' */
export const kappaText = (kappa: number): string => formatFixed(kappa, 2);
