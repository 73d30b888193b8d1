/** The GPU as the page is told of it. Types only. */

export interface AdapterSummary {
  vendor: string;
  architecture: string;
  description: string;
  /** A software adapter (SwiftShader, lavapipe): correct but slow. */
  software: boolean;
  features: string[];
  maxBufferSize: number;
  /** By WebGPU's names; missing in runs of earlier versions. */
  limits?: Record<string, number>;
}
