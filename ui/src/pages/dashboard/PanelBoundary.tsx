import { Component, type ReactNode } from 'react';
import { VizNotice } from '../../viz/shared/VizNotice';

export interface PanelBoundaryProps {
  /** New data is another try. */
  again: number;
  children: ReactNode;
}

interface State {
  readonly failed: string;
  readonly at: number;
}

/** A panel that fails to draw takes nothing else along. */
export class PanelBoundary extends Component<PanelBoundaryProps, State> {
  override state: State = { failed: '', at: 0 };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  static getDerivedStateFromProps(props: PanelBoundaryProps, state: State): Partial<State> | null {
    return props.again === state.at ? null : { at: props.again, failed: '' };
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === '') return this.props.children;
    return <VizNotice detail={failed}>This panel cannot be drawn.</VizNotice>;
  }
}
