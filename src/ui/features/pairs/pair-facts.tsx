/** What a pair is: where it comes from, what becomes of it, its margin, and what was decided. */
import { Badge, Group, Text } from '@mantine/core';
import { isSyntheticRound } from '../../../protocol/pair-review';
import type { PairRow } from '../../../protocol/pairs';
import { HelpHint } from '../../primitives/help-hint';
import { roundColor } from '../../primitives/model-colors';
import { sourceTitle, titleOfUse, verdictWords } from './pair-words';

const score = (value: number) => value.toFixed(3);

export function PairFacts({ pair }: { pair: PairRow }) {
  const { round, use, scores, verdict } = pair;
  const words = verdict ? verdictWords(verdict) : '';
  const color = isSyntheticRound(round) ? roundColor(round) : 'var(--studio-model-base)';
  return (
    <Group gap="xs">
      <Badge variant="outline" tt="none" style={{ borderColor: color, color: 'var(--mantine-color-text)' }}>
        {sourceTitle(round)}
      </Badge>
      <Badge
        variant="light"
        color={use === 'kept' || use === 'training' || use === 'voted' ? 'teal' : 'gray'}
        tt="none"
      >
        {titleOfUse(use)}
      </Badge>
      <Badge variant="light" color="blue" tt="none" data-testid="review-verdict" data-value={words}>
        {words === '' ? 'not reviewed' : words}
      </Badge>
      {scores && (
        <Text size="xs" c="dimmed" className="figures">
          margin <HelpHint of="pair_margin" label="the margin" /> {score(scores.chosen - scores.rejected)}
          {scores.sigmas === null ? '' : ` (${scores.sigmas.toFixed(2)} standard deviations)`} · rewards of all{' '}
          {scores.all.length} responses: {scores.all.map(score).join(', ')}
        </Text>
      )}
    </Group>
  );
}
