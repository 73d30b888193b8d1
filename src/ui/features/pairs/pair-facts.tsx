/** What a pair is as it stands: where it comes from, what becomes of it, its margin, and what was decided. */
import { Badge, Group, Text } from '@mantine/core';
import { isSyntheticRound } from '../../../protocol/pair-review';
import type { PairRow } from '../../../protocol/pairs';
import { HelpHint } from '../../primitives/help-hint';
import { roundColor } from '../../primitives/model-colors';
import { rewardText, sigmasText } from './pair-figures';
import { sourceTitle, titleOfUse, verdictParts } from './pair-words';
import { isTrainedOn, standingPair, standingUse } from './standing-pair';

export function PairFacts({ pair }: { pair: PairRow }) {
  const { round, scores, verdict } = pair;
  const { margin, sigmas, chosen, rejected } = standingPair(pair);
  const use = standingUse(pair);
  const words = verdict ? verdictParts(verdict).join(', ') : '';
  const color = isSyntheticRound(round) ? roundColor(round) : 'var(--studio-model-base)';
  return (
    <Group gap="xs">
      <Badge variant="outline" tt="none" style={{ borderColor: color, color: 'var(--mantine-color-text)' }}>
        {sourceTitle(round)}
      </Badge>
      <Badge variant="light" color={isTrainedOn(use) ? 'teal' : 'gray'} tt="none" data-testid="review-use">
        {titleOfUse(use)}
      </Badge>
      <Badge variant="light" color="blue" tt="none" data-testid="review-verdict" data-value={words}>
        {words === '' ? 'not reviewed' : words}
      </Badge>
      {scores && margin !== null && (
        <Text size="xs" c="dimmed" className="figures" data-testid="review-margin">
          margin <HelpHint of="pair_margin" label="the margin" /> {rewardText(margin)}
          {sigmas === null ? '' : ` (${sigmasText(sigmas)} standard deviations)`}
          {chosen.edited || rejected.edited ? ' before the edit' : ''}
          {scores.all.length > 0 &&
            ` · rewards of all ${scores.all.length} responses: ${scores.all.map(rewardText).join(', ')}`}
        </Text>
      )}
    </Group>
  );
}
