/**
 * The model's responses to the watched prompts while it is trained, beside those of what it started from: the model before SFT, or
 * SFT for a DPO round.
 */
import { Group, Paper, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { modelNameOf } from '../../../protocol/model-name';
import type { RunState, StageSample, StageState } from '../../../protocol/run-state';
import { formatInteger } from '../../primitives/format';
import { modelColor } from '../../primitives/model-colors';
import { lastTurn } from '../../primitives/prompt-text';

const stepTitle = (step: number, total: number): string => {
  if (step === 0) return 'Before';
  return step === total ? `Step ${formatInteger(step)}, the last` : `Step ${formatInteger(step)}`;
};

/** Where the stage came from: the sample that all others are compared with. */
function startOf(run: RunState, stage: StageState): { title: string; model: string; sample: StageSample } | null {
  if (stage.kind === 'sft') {
    const [first] = stage.samples;
    return first?.step === 0 ? { title: 'Before SFT', model: 'base', sample: first } : null;
  }
  const ofSft = run.stages.find(({ kind }) => kind === 'sft')?.samples.at(-1);
  // An imported adapter, or the model itself, that takes the place of SFT is asked before the first round.
  const sample = ofSft ?? run.stages.find(({ kind }) => kind === 'train')?.samples.find(({ step }) => step === 0);
  return sample ? { title: 'SFT', model: 'sft', sample } : null;
}

export function WatchedAnswers({ run, stage }: { run: RunState; stage: StageState }) {
  const start = startOf(run, stage);
  const later = stage.samples.filter(({ step }) => step > 0);
  const [chosen, setChosen] = useState<number | null>(null);
  // Without a choice the newest one is shown, which changes as the training goes on.
  const shown = later.find(({ step }) => step === chosen) ?? later.at(-1);
  if (stage.samples.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-label="Responses to the watched prompts" data-testid="watched-answers">
      <Group justify="space-between">
        <div>
          <Title order={3} size="h4">
            Responses while it learns
          </Title>
          <Text size="sm" c="dimmed">
            Responses to held-out prompts, of the likeliest tokens, after each quarter of the steps.
          </Text>
        </div>
        {later.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="After which step"
            data={later.map(({ step }) => ({ value: String(step), label: stepTitle(step, stage.total) }))}
            value={String(shown?.step)}
            onChange={(step) => setChosen(Number(step))}
            data-testid="watched-step"
          />
        )}
      </Group>
      {(shown ?? start?.sample)?.answers.map(({ prompt }, i) => (
        <Paper key={`${i} ${prompt}`} p="sm" data-testid="watched-prompt">
          <Text size="sm" fw={600} className="verbatim" mb={6}>
            {lastTurn(prompt)}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            {start && <WatchedAnswer title={start.title} model={start.model} answer={start.sample.answers[i]} />}
            {shown && (
              <WatchedAnswer
                title={stepTitle(shown.step, stage.total)}
                model={modelNameOf(stage.round)}
                answer={shown.answers[i]}
              />
            )}
          </SimpleGrid>
        </Paper>
      ))}
    </Stack>
  );
}

interface WatchedAnswerProps {
  title: string;
  model: string;
  answer: StageSample['answers'][number] | undefined;
}

function WatchedAnswer({ title, model, answer }: WatchedAnswerProps) {
  if (!answer) return null;
  return (
    <div style={{ borderLeft: `3px solid ${modelColor(model)}`, paddingLeft: 8 }} data-testid="watched-answer">
      <Text size="xs" c="dimmed">
        {title}
        {answer.ended ? '' : ' · cut at the length limit'}
      </Text>
      <Text size="sm" className="verbatim">
        {answer.text.trim() === '' ? '(nothing)' : answer.text.trim()}
      </Text>
    </div>
  );
}
