/** An error as it crosses threads. Types only. */

/** An error as it crosses threads. `stage` and `step` say where a run was. */
export interface ErrorShape {
  name: string;
  message: string;
  cause?: string;
  stage?: string;
  step?: number;
}
