// Which application an account is connected with: the organization's, or one that is given for this account alone.

import { Alert, Anchor, Card, Code, Stack, Switch, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { CallbackAddress } from '../applications/callback-address.tsx';
import { type Application, hasConsentPage, useCallbackUrl } from '../applications/queries.ts';
import type { ElementSummary } from '../components/known-elements.ts';
import type { Setting } from '../elements/queries.ts';
import { SettingField } from './setting-field.tsx';

interface ApplicationPartProps {
  element: ElementSummary;
  application: Application | undefined;
  /** may this person keep an application for the organization */
  mayKeep: boolean;
  /** whether key and secret are given for this account */
  isOwn: boolean;
  setIsOwn(isOwn: boolean): void;
  /** the settings of the application that are asked for */
  settings: readonly Setting[];
  values: Readonly<Record<string, string>>;
  set(key: string, value: string): void;
  missing: ReadonlySet<string>;
}

/** The part of the form about the application. */
export function ApplicationPart(props: ApplicationPartProps) {
  const { element, application, isOwn, setIsOwn, settings, values, set, missing } = props;
  const callbackUrl = useCallbackUrl();
  return (
    <Card withBorder component="section" aria-label="Vendor application">
      <Stack gap="sm">
        <Title order={2} size="h5">
          Vendor application
        </Title>
        {application === undefined ? (
          <None element={element} mayKeep={props.mayKeep} />
        ) : (
          <>
            <Text size="sm">
              Connects with your organization’s application <Code>{application.apiKey}</Code>.
            </Text>
            {application.callbackUrl !== null && application.callbackUrl !== callbackUrl && (
              <Alert color="orange" title="The vendor sends people elsewhere">
                This application has the callback URL <Code className="breaks">{application.callbackUrl}</Code>, so that
                the connection ends there and not in this console.
              </Alert>
            )}
            <Switch
              label="Use another application for this account"
              checked={isOwn}
              onChange={(event) => setIsOwn(event.currentTarget.checked)}
            />
          </>
        )}
        {isOwn && (
          <>
            {settings.map((setting) => (
              <SettingField
                key={setting.key}
                setting={setting}
                value={values[setting.key] ?? ''}
                onChange={(value) => set(setting.key, value)}
                isMissing={missing.has(setting.key)}
              />
            ))}
            {hasConsentPage(element) && <CallbackAddress />}
          </>
        )}
      </Stack>
    </Card>
  );
}

function None({ element, mayKeep }: { element: ElementSummary; mayKeep: boolean }) {
  return (
    <Alert color="blue">
      Your organization keeps no application at {element.name} yet. Give the key and secret of one for this account
      {mayKeep ? (
        <>
          , or{' '}
          <Anchor
            component={Link}
            href={`/applications?element=${encodeURIComponent(element.key)}`}
            inherit
            c="inherit"
            underline="always"
          >
            keep one for all accounts
          </Anchor>
          .
        </>
      ) : (
        '. An administrator can keep one for all accounts.'
      )}
    </Alert>
  );
}
