/** The whole evaluation as files: the results as the run wrote them, and the figures and responses as tables. */
import { Button, Menu } from '@mantine/core';
import type { ShownEvaluation } from '../../../protocol/evaluation';
import type { RunState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { DownloadIcon } from '../../primitives/icons';
import { safeFileName, saveFile } from '../../primitives/save-file';
import { answersCsv, figuresCsv } from './evaluation-csv';

const RESULTS = 'evaluation_results.json';

export function EvaluationDownloads({ run, evaluation }: { run: RunState; evaluation: ShownEvaluation }) {
  const commands = useCommands();
  const saveCsv = (text: string, what: string) =>
    saveFile(new Blob([text], { type: 'text/csv;charset=utf-8' }), `${safeFileName(run.name)}_${what}.csv`);
  const saveResults = async () => {
    const blob = await commands.attempt(() => commands.getOutput(run.id, RESULTS));
    if (blob) saveFile(blob, RESULTS);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          flex="none"
          leftSection={<DownloadIcon size={15} />}
          data-testid="evaluation-export"
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void saveResults()} data-testid="export-json">
          Everything, as the run wrote it (JSON)
        </Menu.Item>
        <Menu.Item onClick={() => saveCsv(figuresCsv(evaluation), 'figures')} data-testid="export-figures">
          Figures, one row a model (CSV)
        </Menu.Item>
        <Menu.Item onClick={() => saveCsv(answersCsv(evaluation), 'responses')} data-testid="export-answers">
          Responses, one row a response (CSV)
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
