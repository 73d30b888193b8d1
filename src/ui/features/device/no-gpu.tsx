/** What to do when the browser offers no WebGPU. Shown in place of the setup; earlier runs stay reachable. */
import { Anchor, Code, List, Paper, Stack, Text, Title } from '@mantine/core';
import type { ErrorShape } from '../../../protocol/worker-error';
import { hashOf } from '../../app/hash-location';

const steps = [
  {
    title: 'Use a browser with WebGPU',
    text: 'Chrome or Edge 113 or newer on Windows, macOS or ChromeOS; 121 or newer on Android. Open the page over https or from localhost: elsewhere browsers hide WebGPU.',
  },
  {
    title: 'On Linux, switch it on',
    text: 'Start Chrome with these flags:',
    code: 'google-chrome --enable-unsafe-webgpu --enable-features=Vulkan',
  },
  {
    title: 'On a GPU server without a display',
    text: 'Headless Chrome needs these flags, or it falls back to the processor:',
    code: '--headless=new --use-angle=vulkan --enable-features=Vulkan --disable-vulkan-surface --enable-unsafe-webgpu',
  },
  {
    title: 'If it still does not work',
    text: 'Look at chrome://gpu. When WebGPU is “blocklisted” or “disabled”, update the graphics driver, turn on “Use graphics acceleration when available” in the settings, or set chrome://flags/#ignore-gpu-blocklist.',
  },
];

export function NoGpu({ error }: { error: ErrorShape }) {
  return (
    <Paper p="xl" maw={760} mx="auto" data-testid="no-webgpu">
      <Stack>
        <Title order={1} size="h2">
          This browser gives the studio no GPU
        </Title>
        <Text className="verbatim">{error.message}</Text>
        <List type="ordered" spacing="md">
          {steps.map(({ title, text, code }) => (
            <List.Item key={title}>
              <Text fw={600}>{title}</Text>
              <Text size="sm">{text}</Text>
              {code && (
                <Code block mt={6} style={{ whiteSpace: 'pre-wrap' }}>
                  {code}
                </Code>
              )}
            </List.Item>
          ))}
        </List>
        <Text size="sm" c="dimmed">
          Then reload the page. Earlier runs and their outputs are still under{' '}
          <Anchor href={hashOf({ page: 'runs' })}>Runs</Anchor>.
        </Text>
      </Stack>
    </Paper>
  );
}
