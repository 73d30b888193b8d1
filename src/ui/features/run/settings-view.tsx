/** What was run: the recipe against its nearest preset, what went into it by content hash, and the ways to run the like again. */
import { Badge, Button, Group, Paper, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { useCommands, useStudio } from '../../app/studio-context';
import { engineLabel } from '../../primitives/engine-badge';
import { FactList } from '../../primitives/fact-list';
import { formatDate } from '../../primitives/format';
import { CopyIcon, DownloadIcon } from '../../primitives/icons';
import { saveRecipe } from '../../primitives/recipe-file';
import { ContentHash } from '../artifacts/content-hash';
import { recipeRows, type RecipeRow, type RecipeRows } from './recipe-rows';
import classes from './settings-view.module.css';

interface InputRowProps {
  what: string;
  hash: string;
  /** undefined when it is not in the library any more. */
  name: string | undefined;
}

function InputRow({ what, hash, name }: InputRowProps) {
  return (
    <Table.Tr data-testid="run-input" data-hash={hash}>
      <Table.Th scope="row">{what}</Table.Th>
      <Table.Td className="verbatim" c={name === undefined ? 'dimmed' : undefined}>
        {name ?? 'not stored here any more'}
      </Table.Td>
      <Table.Td>
        <ContentHash hash={hash} of={name ?? what} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Model, data and adapter by their content hashes, which run.json has too. */
function Inputs({ run }: { run: RunState }) {
  const model = useStudio(({ models }) => models.find(({ id }) => id === run.modelId)?.name);
  const data = useStudio(({ datasets }) => datasets.find(({ id }) => id === run.datasetId)?.name);
  const adapter = useStudio(({ importedAdapters }) =>
    importedAdapters.find(({ id }) => id === run.importedAdapterId),
  )?.name;
  return (
    <Table.ScrollContainer minWidth={300}>
      <Table fz="sm" verticalSpacing={4} w="auto" aria-label="What went into the run">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Input</Table.Th>
            <Table.Th>Name</Table.Th>
            <Table.Th>Content hash</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <InputRow what="Model" hash={run.modelId} name={model} />
          <InputRow what="Data" hash={run.datasetId} name={data} />
          {run.importedAdapterId !== null && (
            <InputRow what="SFT adapter" hash={run.importedAdapterId} name={adapter} />
          )}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const engineText = ({ engine }: RunState): string =>
  engine ? `${engineLabel(engine)}, arithmetic in fp32` : 'known once the run has loaded its model';

function Head({ run, rows }: { run: RunState; rows: RecipeRows }) {
  const commands = useCommands();
  const facts = [
    ['Seed', String(run.recipe.seed)],
    ['Engine and precision', engineText(run)],
    ['Nearest preset', rows.preset],
    ['Created', formatDate(run.createdAt)],
  ] as const;
  return (
    <Paper component="section" aria-label="What was run" p="sm">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <FactList facts={facts} testId="settings-facts" />
          <Group gap="xs">
            <Button
              variant="default"
              size="xs"
              leftSection={<DownloadIcon size={14} />}
              onClick={() => saveRecipe(run.recipe)}
              data-testid="save-run-recipe"
            >
              Save recipe
            </Button>
            <Button
              size="xs"
              leftSection={<CopyIcon size={14} />}
              onClick={() => commands.duplicateRun(run.id)}
              data-testid="run-like-this"
            >
              New run like this
            </Button>
          </Group>
        </Group>
        <Inputs run={run} />
      </Stack>
    </Paper>
  );
}

interface SettingRowProps {
  row: RecipeRow;
  preset: string;
  explained: boolean;
}

function SettingRow({ row: { field, label, help, value, preset: before }, preset, explained }: SettingRowProps) {
  const isChanged = before !== null;
  return (
    <Table.Tr data-testid={`setting-${field}`} data-changed={isChanged}>
      <Table.Th scope="row" w="50%" fw={400} style={{ verticalAlign: 'top' }}>
        {label}
        {explained && (
          <Text size="xs" c="dimmed">
            {help}
          </Text>
        )}
      </Table.Th>
      <Table.Td valign="top" className="verbatim">
        <Group gap={8}>
          <Text span inherit fw={isChanged ? 600 : undefined}>
            {value}
          </Text>
          {isChanged && (
            <Badge size="sm" variant="light" color="blue" tt="none">
              changed
            </Badge>
          )}
        </Group>
        {isChanged && (
          <Text size="xs" c="dimmed">
            {preset}: {before}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

export function SettingsView({ run }: { run: RunState }) {
  const [onlyChanged, setOnlyChanged] = useState(false);
  const [explained, setExplained] = useState(false);
  const rows = recipeRows(run.recipe);
  const { preset, changed } = rows;
  const groups = rows.groups
    .map((group) => ({ ...group, rows: group.rows.filter((row) => !onlyChanged || row.preset !== null) }))
    .filter((group) => group.rows.length > 0);
  const count =
    changed === 0 ? 'No setting differs' : changed === 1 ? '1 setting differs' : `${changed} settings differ`;
  return (
    <Stack data-testid="run-settings">
      <Head run={run} rows={rows} />
      <Group justify="space-between">
        <Text size="sm" className="figures" data-testid="settings-changed" data-value={changed}>
          {count} from the preset {preset}.
        </Text>
        <Group gap="md">
          <Switch
            size="xs"
            label="Only what differs"
            checked={onlyChanged}
            disabled={changed === 0}
            onChange={(event) => setOnlyChanged(event.currentTarget.checked)}
          />
          <Switch
            size="xs"
            label="Explanations"
            checked={explained}
            onChange={(event) => setExplained(event.currentTarget.checked)}
          />
        </Group>
      </Group>
      <div className={classes['groups']}>
        {groups.map(({ id, title, rows: own }) => (
          <Paper key={id} component="section" aria-label={title} p="sm" className={classes['group']}>
            <Title order={2} size="h5" mb={4}>
              {title}
            </Title>
            <Table fz="sm" verticalSpacing={4} className="figures" aria-label={`Settings: ${title}`}>
              <Table.Tbody>
                {own.map((row) => (
                  <SettingRow key={row.field} row={row} preset={preset} explained={explained} />
                ))}
              </Table.Tbody>
            </Table>
          </Paper>
        ))}
      </div>
    </Stack>
  );
}
