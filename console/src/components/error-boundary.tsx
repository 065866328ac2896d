// Keeps the frame standing when a view fails, and shows what happened in its place.

import { Component, type ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';

/** Shows the error of what is inside in its place. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <ErrorNotice error={error} retry={() => this.setState({ error: undefined })} />;
  }
}
