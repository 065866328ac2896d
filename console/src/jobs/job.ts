// Jobs and their runs as the server shows them, and what their states mean to a person.

import type { Mood } from '../components/status-badge.tsx';

/** A call that is made at the times of a schedule. */
export interface Job {
  id: string;
  name: string;
  description?: string;
  data: { id?: number; topic: string; elementKey?: string };
  trigger: {
    state: 'NORMAL' | 'BLOCKED' | 'PAUSED' | 'COMPLETE';
    schedule: string;
    timeZone: string;
    nextFireTime?: number;
    startTime: number;
  };
}

/** One run of a job. */
export interface JobRun {
  job_history_id: number;
  job_state: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'INTERRUPTED';
  start_time: number;
  end_time: number | null;
  job_error_message: string | null;
}

const jobStates: Record<Job['trigger']['state'], { word: string; mood: Mood }> = {
  NORMAL: { word: 'Enabled', mood: 'good' },
  BLOCKED: { word: 'Running', mood: 'going' },
  PAUSED: { word: 'Disabled', mood: 'neutral' },
  COMPLETE: { word: 'Over', mood: 'neutral' },
};
const runStates: Record<JobRun['job_state'], { word: string; mood: Mood }> = {
  RUNNING: { word: 'Running', mood: 'going' },
  COMPLETED: { word: 'Completed', mood: 'good' },
  FAILED: { word: 'Failed', mood: 'bad' },
  INTERRUPTED: { word: 'Interrupted', mood: 'warning' },
};

/** How a job stands. */
export function stateOfJob({ trigger }: Job): { word: string; mood: Mood } {
  return jobStates[trigger.state];
}

/** How a run went. */
export function stateOfRun({ job_state }: JobRun): { word: string; mood: Mood } {
  return runStates[job_state];
}
