import { Component, type ReactNode } from 'react';

interface Props {
  /** Replaces the children after an error. */
  fallback: (error: Error, retry: () => void) => ReactNode;
  children: ReactNode;
}

/** Prevents an error in one part of a page from blanking the rest. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  retry = () => this.setState({ error: null });

  override render() {
    const { error } = this.state;
    return error ? this.props.fallback(error, this.retry) : this.props.children;
  }
}
