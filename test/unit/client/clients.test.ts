/** Which worker the page ends up with: shared, or dedicated where the shared one is missing or has no GPU; and the data worker's life. */
import { describe, expect, it, vi } from 'vitest';
import { createDataClient } from '../../../src/client/data-client';
import { connectStudio } from '../../../src/client/training-client';
import { createFakeWorker, emptyState } from './fake-worker';

const noGpu = { ...emptyState, deviceError: { name: 'DeviceError', message: 'There is no WebGPU here.' } };

describe('the training client', () => {
  it('uses the shared worker when it has a GPU', async () => {
    const shared = createFakeWorker(({ id }, self) => self.answer(id, null));
    const dedicated = vi.fn(() => createFakeWorker().link);
    const client = connectStudio(undefined, { shared: () => shared.link, dedicated });
    shared.emit('state', emptyState);
    expect(await client.send('refreshLibrary', null)).toBeNull();
    expect(dedicated).not.toHaveBeenCalled();
    client.close();
  });

  it('moves to a dedicated worker when the shared one has no GPU, with the commands that have no answer', async () => {
    const shared = createFakeWorker();
    const dedicated = createFakeWorker(({ id }, self) => self.answer(id, null));
    const client = connectStudio(undefined, { shared: () => shared.link, dedicated: () => dedicated.link });
    const states: unknown[] = [];
    client.listen('state', ({ workerKind, deviceError }) => states.push([workerKind, deviceError]));
    shared.emit('state', emptyState);
    const answer = client.send('refreshLibrary', null);
    await vi.waitFor(() => expect(shared.received).toHaveLength(1));
    shared.emit('state', noGpu);
    await vi.waitFor(() => expect(states).toHaveLength(1));
    dedicated.emit('state', { ...emptyState, workerKind: 'dedicated' });
    expect(await answer).toBeNull();
    expect(states).toEqual([
      ['shared', null],
      ['dedicated', null],
    ]);
    client.close();
  });

  it('shows the report of a dedicated worker that has no GPU either', async () => {
    const dedicated = createFakeWorker();
    const client = connectStudio(undefined, { shared: null, dedicated: () => dedicated.link });
    const errors: unknown[] = [];
    client.listen('state', ({ deviceError }) => errors.push(deviceError?.message));
    dedicated.emit('state', { ...noGpu, workerKind: 'dedicated' });
    await vi.waitFor(() => expect(errors).toEqual(['There is no WebGPU here.']));
    client.close();
  });
});

describe('the data client', () => {
  it('starts its worker at the first command and ends it when idle', async () => {
    const open = vi.fn(() => createFakeWorker(({ id }, self) => self.answer(id, null)).link);
    const client = createDataClient(open, 5);
    expect(open).not.toHaveBeenCalled();
    await client.send('deleteItem', { kind: 'model', id: 'x' });
    await client.send('deleteItem', { kind: 'model', id: 'y' });
    expect(open).toHaveBeenCalledTimes(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await client.send('deleteItem', { kind: 'model', id: 'z' });
    expect(open).toHaveBeenCalledTimes(2);
    client.close();
  });

  it('starts afresh after its worker died', async () => {
    const dying = createFakeWorker((_, self) => self.die());
    const healthy = createFakeWorker(({ id }, self) => self.answer(id, null));
    const links = [dying.link, healthy.link];
    const client = createDataClient(() => links.shift() ?? healthy.link, 1000);
    await expect(client.send('deleteItem', { kind: 'model', id: 'x' })).rejects.toThrow(/closed/);
    expect(await client.send('deleteItem', { kind: 'model', id: 'x' })).toBeNull();
    client.close();
  });

  it('hears the events of every worker it starts', async () => {
    const first = createFakeWorker((_, self) => self.die());
    const second = createFakeWorker(({ id }, self) => {
      self.emit('importProgress', { name: 'a', bytesDone: 1, bytesTotal: 2, records: 3 });
      self.answer(id, null);
    });
    const links = [first.link, second.link];
    const client = createDataClient(() => links.shift() ?? second.link, 1000);
    const heard: unknown[] = [];
    client.listen('importProgress', ({ records }) => heard.push(records));
    await expect(client.send('cancelImport', null)).rejects.toThrow();
    await client.send('cancelImport', null);
    expect(heard).toEqual([3]);
    client.close();
  });
});
