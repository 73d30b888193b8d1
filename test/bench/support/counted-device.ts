/** Counts a WebGPU device's dispatches and the bytes of its buffers, whoever uses it, by wrapping its methods. */

export interface DeviceCounts {
  /** Since the start. */
  dispatches(): number;
  bytesNow(): number;
  peakBytes(): number;
  /** The peak counts from what is allocated now. */
  resetPeak(): void;
}

/** Starts counting on `device`; buffers made before are not known. Call once a device. */
export function countDevice(device: GPUDevice): DeviceCounts {
  let [dispatches, bytes, peak] = [0, 0, 0];
  const createBuffer = device.createBuffer.bind(device);
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let held = descriptor.size;
    bytes += held;
    peak = Math.max(peak, bytes);
    buffer.destroy = () => {
      bytes -= held;
      held = 0;
      return destroy();
    };
    return buffer;
  };
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (passDescriptor) => {
      const pass = beginComputePass(passDescriptor);
      const dispatchWorkgroups = pass.dispatchWorkgroups.bind(pass);
      pass.dispatchWorkgroups = (x, y, z) => {
        dispatches++;
        return dispatchWorkgroups(x, y, z);
      };
      return pass;
    };
    return encoder;
  };
  return {
    dispatches: () => dispatches,
    bytesNow: () => bytes,
    peakBytes: () => peak,
    resetPeak: () => (peak = bytes),
  };
}
