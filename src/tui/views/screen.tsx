/** The components: head, list and detail or a page over both, foot. */
import { Box, Text } from 'ink';
import { footLine, glyphsOf, headLine, isCovered, listLines, scrolledLines, scrollOf, type View } from '../frame.ts';
import { isTooSmall, LEAST, layoutOf } from '../layout.ts';
import type { Line } from '../line.ts';
import { paintLine, paintPane } from './paint.ts';

interface PaneProps {
  view: View;
  lines: readonly Line[];
  rows: number;
  columns: number;
}

function Pane({ view, lines, rows, columns }: PaneProps) {
  const { look } = view;
  return (
    <Box width={columns} height={rows} flexShrink={0}>
      <Text wrap="truncate">{paintPane(lines, rows, columns, look.color, glyphsOf(look).ellipsis)}</Text>
    </Box>
  );
}

function Rule({ view, rows }: { view: View; rows: number }) {
  const bar = paintLine([{ text: `${glyphsOf(view.look).bar} `, style: 'dim' }], view.look.color);
  return <Text>{Array.from({ length: rows }, () => bar).join('\n')}</Text>;
}

function Body({ view }: { view: View }) {
  const { bodyRows, listColumns, detailColumns, columns } = layoutOf(view.state.size);
  const scroll = scrollOf(view);
  const text = scrolledLines(view).slice(scroll, scroll + bodyRows);
  if (isCovered(view.state)) {
    return <Pane view={view} lines={text.map((one) => [{ text: ' ', style: 'text' }, ...one])} rows={bodyRows} columns={columns} />;
  }
  return (
    <>
      <Pane view={view} lines={listLines(view)} rows={bodyRows} columns={listColumns} />
      <Rule view={view} rows={bodyRows} />
      <Pane view={view} lines={text} rows={bodyRows} columns={detailColumns} />
    </>
  );
}

export function Screen({ view }: { view: View }) {
  const { size } = view.state;
  const { columns, rows, bodyRows } = layoutOf(size);
  if (isTooSmall(size)) return <Text>{`needs ${LEAST.columns}x${LEAST.rows}, q leaves`}</Text>;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Pane view={view} lines={[headLine(view)]} rows={1} columns={columns} />
      <Box height={bodyRows}>
        <Body view={view} />
      </Box>
      <Pane view={view} lines={[footLine(view)]} rows={1} columns={columns} />
    </Box>
  );
}
