// The table: a row for each way.
const kColumns = [
  ['query_messages', 'messages', 'copies of the query put on a link; walks: steps; ring: forwards'],
  ['duplicates', 'duplicates', 'copies after a peer’s first'],
  ['hit_messages', 'hit messages', 'responses put on a link'],
  ['done_messages', 'report messages', 'messages that tell the end of a search'],
  ['bytes', 'bytes', 'all messages as frames'],
  ['peers_reached', 'peers reached', 'the asking peer included'],
  ['hops_first_hit', 'hops to first hit', ''],
  ['latency_first_hit_ms', 'ms to first hit', ''],
  ['latency_over_ms', 'ms until over', 'until the search is known to be over'],
];
function cell(figure, shown) {
  if (figure === null || typeof figure !== 'object') return html('td', {}, shown(figure));
  if (figure.mean === null) return html('td', {}, '–');
  const made = html('td', {}, shown(figure.mean));
  if (figure.p99 !== undefined && figure.p99 !== null && figure.p50 !== figure.p99) {
    made.append(html('small', {}, `${shown(figure.p50)} · ${shown(figure.p99)}`));
  }
  return made;
}
function drawTable() {
  const columns = kColumns.filter(([key]) => data.rows.some((row) => row[key] !== undefined));
  const head = html('tr', {}, html('th', {scope: 'col'}, 'way'),
                    html('th', {scope: 'col', title: 'found of those that exist'}, 'found'));
  for (const [, label, title] of columns) head.append(html('th', {scope: 'col', title}, label));
  head.append(html('th', {scope: 'col', class: 'text', title: 'searches by glob or words'},
                   'by pattern'));
  const body = html('tbody');
  for (const row of data.rows) {
    const line = html('tr', {}, html('td', {}, swatch(row.via), row.via,
                      row.ttl ? html('small', {}, `TTL ${row.ttl}`) : ''));
    const existing = row.existing ?? row.queries;
    line.append(html('td', {}, `${number(row.found)} of ${number(existing)}`));
    for (const [key] of columns) {
      const figure = row[key] ?? null, unknown = figure === null || figure.mean === null;
      if (key === 'latency_over_ms' && unknown && row.found > 0) {
        line.append(html('td', {title: 'nothing tells the asking peer that it is over'}, 'not told'));
      } else {
        line.append(cell(figure, key === 'bytes' ? bytes : number));
      }
    }
    const can = row.pattern ?? ['flood', 'expanding', 'auto', 'central'].includes(row.via);
    line.append(html('td', {class: 'text'}, can ? 'yes' : 'no'));
    body.append(line);
  }
  $('figures').append(html('thead', {}, head), body);
  const spread = data.rows.some((row) => kColumns.some(([key]) => row[key]?.p99 !== undefined));
  $('table-note').textContent =
      spread ? 'Large figures are means for one query; below them median · 99th percentile, where they differ.' : '';
}
