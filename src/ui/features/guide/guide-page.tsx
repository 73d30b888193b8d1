/** "What is happening here?": the loop on one page, with its picture, its words, and where to look. */
import { Anchor, List, Paper, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { hashOf } from '../../app/hash-location';
import { PlaceKeysTable } from '../../app/place-keys-table';
import { LoopPicture } from '../demo/loop-picture';
import { steps, terms, warnings } from './guide-texts';

function Steps() {
  return (
    <Stack gap="md">
      {steps.map(({ title, does, look }) => (
        <div key={title}>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="sm">{does}</Text>
          <Text size="sm" c="dimmed">
            {look}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

function Terms() {
  return (
    <Table aria-label="Terms">
      <Table.Tbody>
        {terms.map(([term, meaning]) => (
          <Table.Tr key={term}>
            <Table.Th scope="row" w={160} style={{ verticalAlign: 'top' }}>
              {term}
            </Table.Th>
            <Table.Td>{meaning}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Title order={2} size="h3" mb="xs">
        {title}
      </Title>
      {children}
    </div>
  );
}

export function GuidePage() {
  return (
    <Stack gap="lg" maw={1040} mx="auto" data-testid="guide-page">
      <div>
        <Title order={1} size="h2">
          What is happening here?
        </Title>
        <Text c="dimmed" maw={760} mt={4}>
          A language model learns to answer as people prefer. It practises on its own answers, round after round, on
          this computer alone: no text, model or figure leaves the page.
        </Text>
      </div>
      <Paper p="lg">
        <LoopPicture />
      </Paper>
      <Paper p="lg">
        <Steps />
      </Paper>
      <Section title="Is it getting better?">
        <List size="sm" spacing={4}>
          {warnings.map((warning) => (
            <List.Item key={warning}>{warning}</List.Item>
          ))}
        </List>
      </Section>
      <Section title="Words">
        <Paper p={0}>
          <Terms />
        </Paper>
      </Section>
      <Section title="Keys">
        <Paper p={0}>
          <PlaceKeysTable />
        </Paper>
      </Section>
      <Text size="sm">
        The quickest way to see all of it:{' '}
        <Anchor href={hashOf({ page: 'demo' })} underline="always">
          run the demo
        </Anchor>
        .
      </Text>
    </Stack>
  );
}
