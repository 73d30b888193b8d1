/** One response of a pair: its text with what differs from the other one marked, its score, and its tokens when asked for. */
import { Badge, Group, Paper, Text } from '@mantine/core';
import type { TokenList } from '../../../protocol/pairs';
import { chosenColor, rejectedColor } from '../../primitives/model-colors';
import { HelpHint } from '../../primitives/help-hint';
import { useModelTitles } from '../playground/use-model-titles';
import { ratioText, rewardText } from './pair-figures';
import classes from './pairs.module.css';
import { shadeStyle } from './token-shade';
import type { DiffPart } from './word-diff';

interface ResponseCardProps {
  side: 'chosen' | 'rejected';
  parts: readonly DiffPart[];
  score: number | null;
  /** Who wrote it, as the evaluation names models; null where that goes without saying. */
  model: string | null;
  ended: boolean | null;
  edited: boolean;
  tokens: TokenList | null;
  /** Of every token, in nats; null where they are not asked for. */
  ratios: readonly number[] | null;
}

const titles = { chosen: 'Chosen', rejected: 'Rejected' } as const;

export function ResponseCard({ side, parts, score, model, ended, edited, tokens, ratios }: ResponseCardProps) {
  const titleOf = useModelTitles();
  const color = side === 'chosen' ? chosenColor : rejectedColor;
  return (
    <Paper className={classes.response ?? ''} style={{ '--side': color }} data-testid={`review-${side}`}>
      <Group gap="xs" justify="space-between">
        <Text size="sm" fw={650} style={{ color }}>
          {titles[side]}
        </Text>
        <Group gap="xs">
          {edited && (
            <Badge color="blue" variant="light" tt="none">
              edited
            </Badge>
          )}
          {model !== null && (
            <Text size="xs" c="dimmed" data-testid={`model-${side}`}>
              by {titleOf(model)}
            </Text>
          )}
          {score !== null && (
            <Text size="xs" c="dimmed" className="figures">
              reward <HelpHint of="score" label="the reward" /> {rewardText(score)}
              {edited ? ' before the edit' : ''}
            </Text>
          )}
          {ended === false && (
            <Text size="xs" c="dimmed">
              cut at the length limit
            </Text>
          )}
          {tokens && (
            <Text size="xs" c="dimmed" className="figures">
              {tokens.ids.length} tokens
            </Text>
          )}
          {ratios && (
            <Text size="xs" className="figures" data-testid={`log-ratio-${side}`}>
              log-ratio <b>{ratioText(ratios.reduce((sum, ratio) => sum + ratio, 0))}</b> nats
            </Text>
          )}
        </Group>
      </Group>
      <div className={classes.texts} tabIndex={0} role="region" aria-label={`${titles[side]} response`}>
        {tokens ? <Tokens list={tokens} ratios={ratios} /> : <DiffText parts={parts} />}
      </div>
    </Paper>
  );
}

function DiffText({ parts }: { parts: readonly DiffPart[] }) {
  return (
    <Text size="sm" className="verbatim">
      {parts.map(({ text, same }, index) =>
        same ? (
          text
        ) : (
          <span key={index} className={classes.differs}>
            {text}
          </span>
        ),
      )}
    </Text>
  );
}

/** Every token in a box of its own, on a ground that tells its log-ratio; line feeds and spaces are made visible. */
export function Tokens({ list, ratios = null }: { list: TokenList; ratios?: readonly number[] | null }) {
  return (
    <Text size="sm" ff="monospace" data-testid="tokens" style={{ overflowWrap: 'anywhere' }}>
      {list.texts.map((text, index) => (
        <span
          key={index}
          className={classes.token}
          style={ratios ? (shadeStyle(ratios[index] ?? 0) ?? { background: 'none' }) : undefined}
          title={`token ${list.ids[index]}${ratios ? `, ${ratioText(ratios[index] ?? 0)} nats` : ''}`}
        >
          {text === '' ? `<${list.ids[index]}>` : text.replaceAll('\n', '↵')}
        </span>
      ))}
    </Text>
  );
}
