// Charts: lines or bars of one figure, a series for each way. On a narrow screen they are drawn
// anew, narrower, so that their texts stay as large.
const kNarrow = matchMedia('screen and (max-width: 48rem)');
const kHeight = 320, kLeft = 58, kTop = 12, kBottom = 44;

// Values worth a line and a number, between low and high.
function ticks(low, high, logarithmic) {
  const made = [];
  if (logarithmic) {
    const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
    const every = Math.max(1, Math.ceil((last - first) / 9));
    // The coarsest that are not too few.
    for (const multiples of [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
      made.length = 0;
      for (let e = first; e <= last; e += every) made.push(...multiples.map((m) => m * 10 ** e));
      const within = made.filter((value) => value >= low * 0.999 && value <= high * 1.001);
      if (within.length >= 3 || (multiples.length === 9 && within.length >= 2)) return within;
    }
    made.length = 0;
  }
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  for (let v = Math.ceil(low / step) * step; v <= high + step / 1e6; v += step) made.push(v);
  return made;
}
// The nearest of 1, 2, 5, 10, 20, … that is no larger, or no smaller.
function round125(value, up) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const steps = [1, 2, 5, 10].map((m) => m * power);
  return up ? steps.find((s) => s >= value * 0.9999) : steps.findLast((s) => s <= value * 1.0001);
}
function short(value) {
  if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e4) return `${+(value / 1e3).toPrecision(3)}k`;
  return (+value.toPrecision(4)).toLocaleString('en', {maximumFractionDigits: 6});
}

// Names at the ends of the lines, apart from each other.
function nameEnds(picture, ends, right) {
  ends.sort((a, b) => a.y - b.y);
  for (let round = 0; round < 60; ++round) {
    for (let i = 1; i < ends.length; ++i) {
      const close = 13 - (ends[i].at - ends[i - 1].at);
      if (close <= 0) continue;
      ends[i].at += close / 2;
      ends[i - 1].at -= close / 2;
    }
    for (const end of ends) end.at = Math.max(kTop + 4, Math.min(kHeight - kBottom - 2, end.at));
  }
  for (const end of ends) {
    const text = svg('text', {x: right + 8, y: end.at + 4, class: 'end'}, end.name);
    text.style.fill = color(end.via);
    picture.append(text);
  }
}

function legendOf(series) {
  const legend = html('div', {class: 'legend'});
  for (const one of series.filter((s) => !s.theory)) {
    legend.append(html('span', {}, swatch(one.via), one.name));
  }
  const laws = series.filter((s) => s.theory).map((s) => `${s.via} ${s.name}`);
  if (laws.length > 0) {
    legend.append(html('span', {class: 'laws'},
        svg('svg', {class: 'dash', viewBox: '0 0 24 6', 'aria-hidden': 'true'},
            svg('path', {class: 'theory', d: 'M0 3H24', stroke: 'var(--ink)'})),
        `theory: ${laws.join(' · ')}`));
  }
  return legend;
}

function figuresOf(series, text) {
  const table = html('table', {});
  for (const one of series) {
    const name = one.theory ? `${one.via}, theory` : one.name;
    table.append(html('tr', {}, html('th', {scope: 'row', class: 'text'}, name),
        ...one.points.slice(0, 60).map(([px, py]) => html('td', {}, `${text.x(px)}: ${text.y(py)}`))));
  }
  return html('details', {}, html('summary', {}, 'The figures'),
              html('div', {class: 'scroll', tabindex: 0, role: 'region',
                           'aria-label': 'The figures of the chart'}, table));
}

// series: [{name, via, points: [[x, y]], theory?, bars?, steps?}]
function chart(title, explained, series, options) {
  series = series.filter((one) => one.points.length > 0);
  if (series.length === 0) return;
  const kWidth = kNarrow.matches ? 360 : 560;
  const kRight = kWidth - (options.nameEnds ? 70 : 22);
  const xs = series.flatMap((s) => s.points.map((p) => p[0]));
  const ys = series.flatMap((s) => s.points.map((p) => p[1]));
  const shift = options.xShift || 0;  // so that a logarithm can begin at 0
  let [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  let [y0, y1] = [options.logY ? Math.min(...ys.filter((y) => y > 0)) : 0, Math.max(...ys)];
  if (options.logY) { y0 = round125(y0, false); y1 = round125(y1, true); }
  if (options.maxY) y1 = options.maxY;
  if (options.bars) { x0 -= .5; x1 += .5; }
  const isOneColumn = x0 === x1;
  if (isOneColumn) { x0 *= .7; x1 = x1 * 1.4 + 1e-9; }
  if (y0 === y1) y1 = options.logY ? y0 * 2 : y0 + 1;
  const scale = (v, from, to, low, high, log) => log
      ? low + (high - low) * (Math.log(v) - Math.log(from)) / (Math.log(to) - Math.log(from))
      : low + (high - low) * (v - from) / (to - from);
  const x = (v) => scale(v + shift, x0 + shift, x1 + shift, kLeft, kRight, options.logX);
  const y = (v) => scale(Math.max(v, options.logY ? y0 : v), y0, y1, kHeight - kBottom, kTop,
                         options.logY);
  const text = {x: (v) => options.percentX ? `${Math.round(v * 1000) / 10} %` : short(v),
                y: (v) => options.percent ? `${(v * 100).toFixed(1)} %` : number(v)};
  const picture = svg('svg', {viewBox: `0 0 ${kWidth} ${kHeight}`, role: 'img',
                              'aria-label': `${title}. ${explained}`});
  for (const v of ticks(y0, y1, options.logY)) {
    picture.append(svg('line', {class: 'grid', x1: kLeft, x2: kRight, y1: y(v), y2: y(v)}),
                   svg('text', {class: 'soft', x: kLeft - 6, y: y(v) + 4, 'text-anchor': 'end'},
                       options.percent ? `${Math.round(v * 100)} %` : short(v)));
  }
  const points = [...new Set(xs)].sort((a, b) => a - b);
  const columns = options.bars || isOneColumn || (options.xTicksAtPoints && points.length <= 16) ? points
      : shift ? [0, ...ticks(1, x1, options.logX)] : ticks(x0, x1, options.logX);
  let last = -Infinity;
  for (const v of columns) {
    if (options.xTicksAtPoints && !Number.isInteger(v)) continue;
    const shown = options.percentX ? `${Math.round(v * 100)} %` : short(v);
    const width = shown.length * 7 + 8;
    if (x(v) < kLeft - 1 || x(v) - width / 2 < last) continue;
    last = x(v) + width / 2;
    picture.append(
        svg('line', {class: 'axis', x1: x(v), x2: x(v), y1: kHeight - kBottom, y2: kHeight - kBottom + 4}),
        svg('text', {class: 'soft', x: x(v), y: kHeight - kBottom + 18, 'text-anchor': 'middle'}, shown));
  }
  picture.append(
      svg('line', {class: 'axis', x1: kLeft, x2: kRight, y1: kHeight - kBottom, y2: kHeight - kBottom}),
      svg('text', {class: 'soft', x: (kLeft + kRight) / 2, y: kHeight - 6, 'text-anchor': 'middle'},
          options.xLabel),
      svg('text', {class: 'soft', x: 0, y: 0, 'text-anchor': 'middle',
                   transform: `translate(13 ${(kHeight - kBottom) / 2}) rotate(-90)`}, options.yLabel));
  const bars = series.filter((s) => s.bars), ends = [];
  for (const one of [...series.filter((s) => !s.theory), ...series.filter((s) => s.theory)]) {
    if (one.bars) {
      const slot = (x(1) - x(0)) * .8, width = slot / bars.length, at = bars.indexOf(one);
      for (const [px, py] of one.points) {
        const bar = svg('rect', {x: x(px) - slot / 2 + at * width, y: y(py), width: width * .9,
                                 height: Math.max(0, kHeight - kBottom - y(py))},
                        svg('title', {}, `${one.name}, ${text.x(px)}: ${text.y(py)}`));
        bar.style.fill = color(one.via);
        picture.append(bar);
      }
      continue;
    }
    const path = one.points.map(([px, py], i) => {
      const [left, top] = [x(px).toFixed(1), y(py).toFixed(1)];
      return i === 0 ? `M${left} ${top}` : one.steps ? `H${left}V${top}` : `L${left} ${top}`;
    });
    // What lies on another line lets it show through.
    const covers = !one.theory && series.some((other) => !other.theory &&
        series.indexOf(other) < series.indexOf(one) &&
        JSON.stringify(other.points) === JSON.stringify(one.points));
    const line = svg('path', {d: path.join(''), fill: 'none', 'stroke-width': one.theory ? 1.5 : 2,
                              ...(covers ? {'stroke-dasharray': '9 9'} : {}),
                              class: one.theory ? 'theory' : ''});
    line.style.stroke = one.theory ? 'var(--ink)' : color(one.via);
    picture.append(line);
    if (one.theory) continue;
    const [, endY] = one.points[one.points.length - 1];
    ends.push({name: one.name, via: one.via, y: y(endY), at: y(endY)});
    if (one.points.length <= 24 && !one.steps) {
      for (const [px, py] of one.points) {
        picture.append(shape(one.via, x(px), y(py),
                             svg('title', {}, `${one.name}, ${text.x(px)}: ${text.y(py)}`)));
      }
    }
  }
  if (options.nameEnds) nameEnds(picture, ends, kRight);
  $('charts').append(html('section', {class: 'chart'}, html('h2', {}, title), html('p', {}, explained),
      picture, legendOf(series), figuresOf(series, text)));
}

function drawCharts() {
  $('charts').replaceChildren();
  chart('Recall against TTL', 'Share of the existing keys that were found.',
        (data.recall || []).map((r) => ({name: r.via, via: r.via,
            points: r.points.map(([ttl, recall]) => [ttl, recall])})),
        {xLabel: 'TTL (hops)', yLabel: 'found', percent: true, maxY: 1, xTicksAtPoints: true});
  chart('What recall costs', 'Messages per query against the share found; a mark for each TTL.',
        (data.recall || []).map((r) => ({name: r.via, via: r.via,
            points: r.points.filter((p) => p[2] > 0).map(([, recall, messages]) => [messages, recall])})),
        {xLabel: 'messages per query', yLabel: 'found', percent: true, maxY: 1, logX: true});
  const growth = (data.growth || []).flatMap((g) => {
    const measured = {name: g.via, via: g.via, points: g.points.filter((p) => p[1] > 0)};
    const law = {name: g.law, via: g.via, theory: true, points: (g.theory || []).filter((p) => p[1] > 0)};
    return g.theory ? [measured, law] : [measured];
  });
  chart('Messages against network size', 'Per query; dashed: what theory says.', growth,
        {xLabel: 'peers', yLabel: 'messages per query', logX: true, logY: true, xTicksAtPoints: true,
         nameEnds: true});
  chart('Hops to the first hit', 'Share of the first hits that came from no farther.',
        (data.hops || []).filter((h) => h.within).map((h) => ({name: h.via, via: h.via, steps: true,
            points: [[h.within[0][0], 0], ...h.within]})),
        {xLabel: 'hops', yLabel: 'first hits', percent: true, maxY: 1, logX: true, xShift: 1});
  chart('Hops to the first hit', 'Share of the queries that found something.',
        (data.hops || []).filter((h) => h.counts).map((h) => {
          const all = h.counts.reduce((sum, count) => sum + count, 0) || 1;
          return {name: h.via, via: h.via, bars: true, points: h.counts.map((c, i) => [i, c / all])};
        }),
        {xLabel: 'hops', yLabel: 'queries', percent: true, bars: true});
  chart('Load', 'Messages that come to a peer per query, peers in order of their load.',
        (data.load || []).map((l) => ({name: l.via, via: l.via,
            points: l.quantiles.filter(([, load]) => load > 0)})),
        {xLabel: 'share of the peers', yLabel: 'messages per query', percentX: true, logY: true,
         nameEnds: true});
}
