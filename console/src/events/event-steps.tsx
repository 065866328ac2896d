// The steps of an event in the order in which they were taken.

import { Text, Timeline } from '@mantine/core';
import { IconCheck, IconClock, IconInbox, IconX } from '@tabler/icons-react';
import { TimeAgo } from '../components/time-ago.tsx';
import type { EventStep, LoggedEvent } from './event.ts';

/** A timeline from the moment at which the event came to what is due next. */
export function EventSteps({ event }: { event: LoggedEvent }) {
  const { dispositions, eventDate, nextAttemptDate } = event;
  return (
    <Timeline active={dispositions.length} bulletSize={26} lineWidth={2}>
      <Timeline.Item title="Received" bullet={<IconInbox size={14} />}>
        <Text size="sm" c="dimmed">
          <TimeAgo at={eventDate} />
        </Text>
      </Timeline.Item>
      {dispositions.map((step) => (
        <Timeline.Item
          key={`${step.number} ${step.date}`}
          title={step.message}
          color={hasFailed(step) ? 'red' : 'teal'}
          bullet={hasFailed(step) ? <IconX size={14} /> : <IconCheck size={14} />}
        >
          {step.detail !== undefined && (
            <Text size="sm" className="breaks">
              {step.detail}
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {step.number > 0 && `Attempt ${step.number}, `}
            <TimeAgo at={step.date} />
            {step.delivery === 'queued' && '; it waits until you send it again'}
          </Text>
        </Timeline.Item>
      ))}
      {nextAttemptDate !== undefined && (
        <Timeline.Item title="Next attempt" bullet={<IconClock size={14} />}>
          <Text size="sm" c="dimmed">
            <TimeAgo at={nextAttemptDate} />
          </Text>
        </Timeline.Item>
      )}
    </Timeline>
  );
}

function hasFailed({ delivery }: EventStep): boolean {
  return delivery === 'retry' || delivery === 'queued';
}
