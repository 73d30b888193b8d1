/** How long the run would take on this GPU, as far as that was measured, and on a T4 on paper; by stage on demand. */
import { Skeleton, Stack, Text } from '@mantine/core';
import type { RunCost } from '../../../protocol/run-cost';
import { smallModel } from '../../../store/recipe-ranges';
import { speedOf, t4PeakFlops, t4Shares, t4Speed, timeEstimate } from '../../../store/time-estimate';
import { useStudio } from '../../app/studio-context';
import { Disclosure } from '../../primitives/disclosure';
import { formatAbout, formatInteger, formatPercent } from '../../primitives/format';
import { TimeByStage } from './time-by-stage';

/** Where the speed comes from, or the next step where there is none. */
function basis({ speed }: RunCost, software: boolean): string {
  const from = [speed.passes, speed.generation].map((rate) => rate?.from ?? null);
  if (from.every((source) => source === 'runs')) return 'By the speed of your earlier runs with this model here.';
  if (from.every((source) => source !== null))
    return 'By the speed of the matmuls measured on this GPU. Once a run with this model has ended here, by that of the run.';
  return software
    ? 'Start a short run with this model, such as the preset smoke: its stages then tell the speed.'
    : 'The first run of any model measures the kernels of this GPU, which takes seconds.';
}

const lengthTexts = {
  tokens: 'as counted with this model',
  characters: 'reckoned from characters, about four a token; count the tokens below the data for better ones',
  limits: 'half of the maximal length each, as nothing is known of the data',
};

function Assumptions({ cost }: { cost: RunCost }) {
  const { prompt, chosen, rejected, from } = cost.lengths;
  const responses = rejected > 0 ? [chosen, rejected] : [chosen];
  const lengths = [prompt, ...responses].map((length) => formatInteger(Math.round(length))).join(' + ');
  return (
    <Text size="xs" c="dimmed" data-testid="time-assumptions" data-from={from}>
      Tokens a pair, prompt and responses: {lengths}, {lengthTexts[from]}. Every prompt of a round counts as a pair, and
      generated responses as long as chosen ones; filters and short answers make it less. Loading, checkpoints and
      pauses come on top. The T4’s time is on paper: {formatPercent(t4Shares.passes)} of its {t4PeakFlops / 1e12}{' '}
      TFLOP/s of fp32 in passes, {formatPercent(t4Shares.generation)} in generation. No T4 was measured.
    </Text>
  );
}

function Estimate({ cost }: { cost: RunCost }) {
  const software = useStudio((state) => state.adapter?.software ?? false);
  const parameters = useStudio((state) => state.models.find(({ id }) => id === state.modelId)?.parameters);
  const here = timeEstimate(cost, speedOf(cost.speed));
  const t4 = timeEstimate(cost, t4Speed);
  const { passes, generation } = cost.speed;
  const counted = passes?.from === 'runs' && generation?.from === 'runs';
  return (
    <Stack gap={6}>
      <div data-testid="time-here" data-seconds={here.total ?? undefined}>
        <Text size="sm">
          {here.total === null ? (
            'No estimate until this GPU was measured.'
          ) : (
            <>
              On this GPU: <b>{formatAbout(here.total)}</b>
            </>
          )}
        </Text>
        <Text size="xs" c="dimmed">
          {basis(cost, software)}
        </Text>
      </div>
      <Text size="sm" data-testid="time-t4" data-seconds={t4.total ?? undefined}>
        On a T4, on paper: <b>{formatAbout(t4.total ?? 0)}</b>
      </Text>
      {parameters !== undefined && parameters <= smallModel && (
        <Text size="xs" c="dimmed" data-testid="time-small-model">
          With so small a model most of the time goes into starting kernels, which arithmetic does not show:{' '}
          {here.total === null || counted ? 'on a T4' : 'on either'} it may take several times as long.
        </Text>
      )}
      <Disclosure label="Time by stage" testId="time-by-stage">
        <Stack gap="xs" mt={6}>
          <TimeByStage cost={cost} here={here} t4={t4} />
          <Assumptions cost={cost} />
        </Stack>
      </Disclosure>
    </Stack>
  );
}

function Content() {
  const known = useStudio((state) => state.runCost);
  const chosen = useStudio((state) => state.modelId !== null && state.datasetId !== null);
  const wrong = useStudio((state) => state.parsed.recipe === null);
  const remark = (text: string) => (
    <Text size="sm" c="dimmed">
      {text}
    </Text>
  );
  if (!chosen) return remark('Choose a model and data to see how long the run would take.');
  if (wrong) return remark('The recipe has to be right first.');
  if (!known) return <Skeleton h={70} aria-label="The time is being estimated" />;
  if (known.problem !== null) return remark(known.problem);
  return known.plan && <Estimate cost={known.plan} />;
}

export function TimeEstimateView() {
  return (
    <section aria-label="Time estimate">
      <Text size="sm" fw={600} mb={6}>
        Time
      </Text>
      <Content />
    </section>
  );
}
