/** How the screen is divided. One line on top, one at the bottom, between them the list and, right of a rule, the detail. */
export interface Layout {
  columns: number;
  rows: number;
  bodyRows: number;
  listColumns: number;
  detailColumns: number;
  /** whole items that the list shows at once */
  listItems: number;
}

export const ITEM_ROWS = 2;
/** the line between list and detail, with the blank after it */
const RULE_COLUMNS = 2;
export const LEAST = { columns: 60, rows: 10 };

export function layoutOf({ columns, rows }: { columns: number; rows: number }): Layout {
  const bodyRows = Math.max(1, rows - 2);
  const listColumns = Math.min(60, Math.max(33, Math.floor(columns * 0.36)));
  return {
    columns,
    rows,
    bodyRows,
    listColumns,
    detailColumns: Math.max(1, columns - listColumns - RULE_COLUMNS),
    listItems: Math.max(1, Math.floor(bodyRows / ITEM_ROWS)),
  };
}

export function isTooSmall({ columns, rows }: { columns: number; rows: number }): boolean {
  return columns < LEAST.columns || rows < LEAST.rows;
}
