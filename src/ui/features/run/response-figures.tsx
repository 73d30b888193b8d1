/** What a round sampled: how long the responses are, how many end by themselves, and some of them to read. */
import { Grid, Paper, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { modelNameOf } from '../../../protocol/model-name';
import type { RoundResponses } from '../../../protocol/pairs';
import type { RunState, StageState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { HistogramChart } from '../../charts/histogram-chart';
import { formatInteger, formatPercent } from '../../primitives/format';
import { stageColor } from '../../primitives/model-colors';
import { lastTurn } from '../../primitives/prompt-text';
import { modelTitle } from '../evaluation/model-names';
import { PairsLink } from './pairs-link';
import { useRoundFigures } from './use-round-figures';

const cut = ' · cut at the length limit';

function Examples({ examples, color }: { examples: RoundResponses['examples']; color: string }) {
  return (
    <Stack gap="sm" component="section" aria-label="Some responses">
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
    <Grid gap="md" data-testid="response-figures">
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <HistogramChart
          title={`Lengths of ${model}’s responses`}
          counted="responses"
          axisTitle="tokens"
          edges={lengths.edges}
          series={[{ label: model, color, counts: lengths.counts }]}
          remark={`${formatInteger(ended)} of ${formatInteger(responses)} ended by themselves (${formatPercent(responses > 0 ? ended / responses : 0)}); the length limit cut the others.`}
          help="response_length"
          testId="response-lengths"
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Examples examples={examples} color={color} />
      </Grid.Col>
    </Grid>
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
