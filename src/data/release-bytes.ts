/** Gives memory back at once that was read for a moment: garbage of some MB a piece would pile up to hundreds before it is collected. */

/** The buffer is empty afterwards. */
export function releaseBytes(bytes: ArrayBuffer): void {
  // Chrome 113 has WebGPU, but not yet this.
  if ('transfer' in bytes) bytes.transfer(0);
}
