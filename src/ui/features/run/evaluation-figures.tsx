/** The two charts of an evaluation that say most, of the models that there were at its round; the rest is in the view Evaluation. */
import { Anchor, SimpleGrid } from '@mantine/core';
import { roundOfModel } from '../../../protocol/model-name';
import type { RunState, StageState } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { shownEvaluation } from '../../primitives/shown-evaluation';
import { ComparisonChart } from '../evaluation/comparison-chart';
import { WinRateChart } from '../evaluation/win-rate-chart';

export function EvaluationFigures({ run, stage }: { run: RunState; stage: StageState }) {
  const evaluation = shownEvaluation(run.evaluation);
  // What is stored last knows the models of later rounds too.
  const wasThere = (model: string) => (roundOfModel(model) ?? 0) <= stage.round;
  if (!evaluation)
    return (
      <Anchor size="sm" href={hashOf({ page: 'run', runId: run.id, tab: 'evaluation' })}>
        See the view Evaluation
      </Anchor>
    );
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" data-testid="evaluation-figures">
      <ComparisonChart
        plot={{ bars: evaluation.plots.reward_comparison.bars.filter(({ model }) => wasThere(model)) }}
      />
      <WinRateChart models={evaluation.models.filter(({ name }) => wasThere(name))} />
    </SimpleGrid>
  );
}
