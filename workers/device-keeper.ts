/**
 * The worker's one GPU device: opened at the start, watched, and opened again when it was lost. Leaves out what runs on
 * it; the run that is going on hears of a loss through `lost`.
 */
import { browserGpu, openDevice } from '../src/gpu/device';
import { startBackend, type Backend } from '../src/ops/backend';
import { DeviceError } from '../src/protocol/errors';

export interface OpenDevice {
  backend: Backend;
  /** Resolves when the device is gone. */
  lost: Promise<DeviceError>;
}

export interface DeviceKeeper {
  /** The open device; opens one where there is none (any more). @throws DeviceError that says what to do */
  get(): Promise<OpenDevice>;
}

/** @param open makes a device; tests give their own */
export function createDeviceKeeper(open: () => Promise<OpenDevice> = openStudioDevice): DeviceKeeper {
  let current: Promise<OpenDevice> | null = null;
  const reopen = async (): Promise<OpenDevice> => {
    try {
      const opened = await open();
      void forget(opened);
      return opened;
    } catch (error) {
      current = null;
      throw error instanceof DeviceError ? error : new DeviceError(`The GPU cannot be opened: ${String(error)}.`);
    }
  };
  const forget = async ({ lost, backend }: OpenDevice) => {
    await lost;
    current = null;
    backend.dispose();
  };
  return { get: () => (current ??= reopen()) };
}

async function openStudioDevice(): Promise<OpenDevice> {
  const device = await openDevice(browserGpu());
  return { backend: await startBackend(device), lost: device.lost };
}
