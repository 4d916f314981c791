// What stands in a panel that has nothing to draw, in one piece.

export { NoData } from './NoData';
export { PanelFailed } from './PanelFailed';
