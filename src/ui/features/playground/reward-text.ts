/** A response's reward as it is shown: pure. */

/** Always three decimals and a real minus, so that two of them stand beside each other: -0.44 -> '−0.440'. */
export function rewardText(reward: number): string {
  const text = Math.abs(reward).toFixed(3);
  return reward < 0 && Number(text) !== 0 ? `−${text}` : text;
}
