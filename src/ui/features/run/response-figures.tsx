/** What a round sampled: how long the responses are, how many end by themselves, and some of them to read. */
import { Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { modelNameOf } from '../../../protocol/model-name';
import type { RoundResponses } from '../../../protocol/pairs';
import type { RunState, StageState } from '../../../protocol/studio';
import { useCommands } from '../../app/studio-context';
import { HistogramChart } from '../../charts/histogram-chart';
import { formatInteger, formatPercent } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { stageColor } from '../../primitives/model-colors';
import { lastTurn } from '../../primitives/prompt-text';
import { modelTitle } from '../evaluation/model-names';
import { PairsLink } from './pairs-link';
import { useRoundFigures } from './use-round-figures';

const cut = ' · cut at the length limit';

function Examples({ examples, color }: { examples: RoundResponses['examples']; color: string }) {
  return (
    <Stack gap="sm" component="section" aria-label="Some responses">
      <Title order={3} size="h4">
        Some responses
      </Title>
      {examples.map(({ prompt, responses }, i) => (
        <Paper key={`${i} ${prompt}`} p="sm" data-testid="response-example">
          <Text size="sm" fw={600} className="verbatim" mb={6}>
            {lastTurn(prompt)}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            {responses.map(({ text, tokens, ended }, sample) => (
              <div key={sample} style={{ borderLeft: `3px solid ${color}`, paddingLeft: 8 }}>
                <Text size="xs" c="dimmed" className="figures">
                  {formatInteger(tokens)} tokens{ended ? '' : cut}
                </Text>
                <Text size="sm" className="verbatim">
                  {text.trim() === '' ? '(nothing)' : text.trim()}
                </Text>
              </div>
            ))}
          </SimpleGrid>
        </Paper>
      ))}
    </Stack>
  );
}

interface ResponseChartsProps {
  stage: Pick<StageState, 'kind' | 'round'>;
  sampled: RoundResponses;
}

export function ResponseCharts({ stage, sampled }: ResponseChartsProps) {
  const { responses, ended, lengths, examples } = sampled;
  const model = modelTitle(modelNameOf(stage.round - 1));
  const color = stageColor(stage);
  return (
    <>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" data-testid="response-figures">
        <HistogramChart
          title={`Lengths of ${model}’s responses`}
          counted="responses"
          axisTitle="tokens"
          edges={lengths.edges}
          series={[{ label: model, color, counts: lengths.counts }]}
          help="response_length"
          testId="response-lengths"
        />
        <Paper p="sm" component="section" aria-label="How the responses end">
          <Group gap={4}>
            <Text size="sm" fw={600}>
              Ended by themselves
            </Text>
            <HelpHint of="end_token_rate" label="ended by themselves" />
          </Group>
          <Text size="xl" fw={600} className="figures">
            {formatPercent(responses > 0 ? ended / responses : 0)}
          </Text>
          <Text size="sm" c="dimmed" className="figures">
            {formatInteger(ended)} of {formatInteger(responses)} responses; the length limit cut the others
          </Text>
        </Paper>
      </SimpleGrid>
      <Examples examples={examples} color={color} />
    </>
  );
}

export function ResponseFigures({ run, stage }: { run: RunState; stage: StageState }) {
  const { roundResponses } = useCommands();
  const sampled = useRoundFigures(run.id, stage, roundResponses);
  if (sampled === undefined) return <Skeleton h={240} aria-label="The responses are being read" />;
  if (sampled) return <ResponseCharts stage={stage} sampled={sampled} />;
  return (
    <PairsLink runId={run.id} round={stage.round}>
      Read the pairs of round {stage.round}
    </PairsLink>
  );
}
