// Draws the comparison from the JSON in #data (its fields: report/comparison_page.h). Everything is
// in this one file: no library, no network access.
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const $ = (id) => document.getElementById(id);
  const kWays = ['flood', 'expanding', 'walk', 'successor', 'finger', 'one-hop', 'auto', 'central'];
  const color = (via) => `var(--c${Math.max(0, kWays.indexOf(via)) % 8})`;

  // -- small helpers ---------------------------------------------------------------------------
  function html(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }
  function svg(tag, attributes, ...children) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }
  function swatch(via) {
    const made = html('span', {class: 'swatch'});
    made.style.background = color(via);
    return made;
  }
  function number(value) {
    if (value === null || value === undefined) return '–';
    const size = Math.abs(value);
    if (size >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
    if (size >= 1e4) return Math.round(value).toLocaleString('en');
    if (Number.isInteger(value)) return value.toLocaleString('en');
    const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
  }
  function bytes(value) {
    if (value === null || value === undefined) return '–';
    const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
    const scaled = value / 1024 ** power;
    return `${power === 0 ? number(Math.round(scaled)) : scaled.toPrecision(scaled < 1000 ? 3 : 4)} ` +
        ['B', 'KiB', 'MiB', 'GiB', 'TiB'][power];
  }
  const plural = (count, word) => `${number(count)} ${word}${count === 1 ? '' : 's'}`;

  // -- the table -------------------------------------------------------------------------------
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
      for (const [key] of columns) line.append(cell(row[key] ?? null, key === 'bytes' ? bytes : number));
      const can = row.pattern ?? ['flood', 'expanding', 'auto', 'central'].includes(row.via);
      line.append(html('td', {class: 'text'}, can ? 'yes' : 'no'));
      body.append(line);
    }
    $('figures').append(html('thead', {}, head), body);
    const spread = data.rows.some((row) => kColumns.some(([key]) => row[key]?.p99 !== undefined));
    $('table-note').textContent =
        spread ? 'Large figures are means for one query; below them median · 99th percentile, where they differ.' : '';
  }

  // -- charts ------------------------------------------------------------------------------------
  const kWidth = 560, kHeight = 320, kLeft = 58, kRight = 24, kTop = 12, kBottom = 44;

  function ticks(low, high, logarithmic) {
    const made = [];
    if (logarithmic) {
      const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
      const every = Math.max(1, Math.ceil((last - first) / 7));
      for (let e = first; e <= last; e += every) made.push(10 ** e);
      return made.filter((value) => value >= low * 0.999 && value <= high * 1.001);
    }
    const rough = (high - low) / 5 || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
    for (let v = Math.ceil(low / step) * step; v <= high + step / 1e6; v += step) made.push(v);
    return made;
  }
  function short(value) {
    if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
    if (value >= 1e3) return `${+(value / 1e3).toPrecision(3)}k`;
    return `${+value.toPrecision(3)}`;
  }

  // series: [{name, via, points: [[x, y]], theory?: bool, bars?: bool}]
  function chart(title, text, series, options) {
    series = series.filter((one) => one.points.length > 0);
    if (series.length === 0) return;
    const xs = series.flatMap((s) => s.points.map((p) => p[0]));
    const ys = series.flatMap((s) => s.points.map((p) => p[1]));
    let [x0, x1] = [Math.min(...xs), Math.max(...xs)];
    let [y0, y1] = [options.logY ? Math.min(...ys.filter((y) => y > 0)) : 0, Math.max(...ys)];
    if (options.logY) { y0 = 10 ** Math.floor(Math.log10(y0)); y1 = 10 ** Math.ceil(Math.log10(y1)); }
    if (options.maxY) y1 = options.maxY;
    if (options.bars) { x0 -= .5; x1 += .5; }
    if (x0 === x1) { x0 -= .5; x1 += .5; }
    if (y0 === y1) y1 = y0 + 1;
    const scale = (v, from, to, low, high, log) => log
        ? low + (high - low) * (Math.log(v) - Math.log(from)) / (Math.log(to) - Math.log(from))
        : low + (high - low) * (v - from) / (to - from);
    const x = (v) => scale(v, x0, x1, kLeft, kWidth - kRight, options.logX);
    const y = (v) => scale(Math.max(v, options.logY ? y0 : v), y0, y1, kHeight - kBottom, kTop,
                           options.logY);
    const picture = svg('svg', {viewBox: `0 0 ${kWidth} ${kHeight}`, role: 'img',
                                'aria-label': `${title}. ${text}`});
    for (const v of ticks(y0, y1, options.logY)) {
      picture.append(svg('line', {class: 'grid', x1: kLeft, x2: kWidth - kRight, y1: y(v), y2: y(v)}),
                     svg('text', {class: 'soft', x: kLeft - 6, y: y(v) + 4, 'text-anchor': 'end'},
                         options.percent ? `${Math.round(v * 100)} %` : short(v)));
    }
    const columns = options.bars || options.xTicksAtPoints
        ? [...new Set(xs)].sort((a, b) => a - b) : ticks(x0, x1, options.logX);
    const skip = Math.ceil(columns.length / 16);
    columns.forEach((v, i) => {
      if (i % skip === 0) {
        picture.append(svg('text', {class: 'soft', x: x(v), y: kHeight - kBottom + 18,
                                    'text-anchor': 'middle'},
                           options.percentX ? `${Math.round(v * 100)} %` : short(v)));
      }
    });
    picture.append(
        svg('line', {class: 'axis', x1: kLeft, x2: kWidth - kRight, y1: kHeight - kBottom,
                     y2: kHeight - kBottom}),
        svg('text', {class: 'soft', x: (kLeft + kWidth) / 2, y: kHeight - 6, 'text-anchor': 'middle'},
            options.xLabel),
        svg('text', {class: 'soft', x: 0, y: 0, 'text-anchor': 'middle',
                     transform: `translate(13 ${(kHeight - kBottom) / 2}) rotate(-90)`}, options.yLabel));
    const bars = series.filter((s) => s.bars);
    series.forEach((one) => {
      const stroke = one.theory ? 'var(--ink)' : color(one.via);
      if (one.bars) {
        const slot = (x(1) - x(0)) * .8, width = slot / bars.length, at = bars.indexOf(one);
        for (const [px, py] of one.points) {
          const bar = svg('rect', {x: x(px) - slot / 2 + at * width, y: y(py), width: width * .9,
                                   height: Math.max(0, kHeight - kBottom - y(py))},
                          svg('title', {}, `${one.name}, ${number(px)}: ${options.percent
                              ? `${(py * 100).toFixed(1)} %` : number(py)}`));
          bar.style.fill = stroke;
          picture.append(bar);
        }
        return;
      }
      const path = one.points.map(([px, py], i) => `${i ? 'L' : 'M'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`);
      // What lies on another line lets it show through.
      const covers = !one.theory && series.some((other) => !other.theory &&
          series.indexOf(other) < series.indexOf(one) &&
          JSON.stringify(other.points) === JSON.stringify(one.points));
      const line = svg('path', {d: path.join(''), fill: 'none', 'stroke-width': one.theory ? 1.5 : 2,
                                ...(covers ? {'stroke-dasharray': '9 9'} : {}),
                                class: one.theory ? 'theory' : ''});
      line.style.stroke = stroke;
      picture.append(line);
      if (!one.theory && one.points.length <= 24) {
        for (const [px, py] of one.points) {
          const dot = svg('circle', {cx: x(px), cy: y(py), r: 3.2},
                          svg('title', {}, `${one.name}: ${short(px)} → ${options.percent
                              ? `${(py * 100).toFixed(1)} %` : number(py)}`));
          dot.style.fill = stroke;
          picture.append(dot);
        }
      }
    });
    const legend = html('div', {class: 'legend'});
    for (const one of series) {
      const mark = swatch(one.via);
      if (one.theory) mark.style.background = 'repeating-linear-gradient(90deg, var(--ink) 0 3px, transparent 3px 5px)';
      legend.append(html('span', {}, mark, one.name));
    }
    const table = html('table', {});
    for (const one of series) {
      table.append(html('tr', {}, html('th', {scope: 'row', class: 'text'}, one.name),
          ...one.points.slice(0, 40).map(([px, py]) => html('td', {}, `${short(px)}: ${options.percent
              ? `${(py * 100).toFixed(1)} %` : number(py)}`))));
    }
    $('charts').append(html('section', {class: 'chart'}, html('h2', {}, title), html('p', {}, text),
        picture, legend, html('details', {}, html('summary', {}, 'The figures'),
                              html('div', {class: 'scroll'}, table))));
  }

  function drawCharts() {
    chart('Recall against TTL', 'Share of the existing keys that were found.',
          (data.recall || []).map((r) => ({name: r.via, via: r.via,
              points: r.points.map(([ttl, recall]) => [ttl, recall])})),
          {xLabel: 'TTL (hops)', yLabel: 'found', percent: true, maxY: 1});
    chart('What recall costs', 'Messages per query against the share found, one dot for each TTL.',
          (data.recall || []).map((r) => ({name: r.via, via: r.via,
              points: r.points.filter((p) => p[2] > 0).map(([, recall, messages]) => [messages, recall])})),
          {xLabel: 'messages per query', yLabel: 'found', percent: true, maxY: 1, logX: true});
    const growth = (data.growth || []).flatMap((g) => {
      const measured = {name: g.via, via: g.via, points: g.points.filter((p) => p[1] > 0)};
      const law = {name: `${g.law} (theory)`, via: g.via, theory: true,
                   points: (g.theory || []).filter((p) => p[1] > 0)};
      return g.theory ? [measured, law] : [measured];
    });
    chart('Messages against network size', 'Per query; dashed: what theory says.', growth,
          {xLabel: 'peers', yLabel: 'messages', logX: true, logY: true, xTicksAtPoints: true});
    const far = (data.hops || []).filter((h) => h.within);
    chart('Hops to the first hit', 'Share of the first hits that came from no farther.',
          far.map((h) => ({name: h.via, via: h.via,
              points: h.within.map(([hops, share]) => [hops + 1, share])})),
          {xLabel: 'hops + 1', yLabel: 'first hits', percent: true, maxY: 1, logX: true});
    chart('Hops to the first hit', 'Share of the queries that found something.',
          (data.hops || []).filter((h) => h.counts).map((h) => {
            const all = h.counts.reduce((sum, count) => sum + count, 0) || 1;
            return {name: h.via, via: h.via, bars: true, points: h.counts.map((c, i) => [i, c / all])};
          }),
          {xLabel: 'hops', yLabel: 'queries', percent: true, bars: true});
    chart('Load', 'Messages that a peer handles per query, peers in order of their load.',
          (data.load || []).map((l) => ({name: l.via, via: l.via,
              points: l.quantiles.filter(([, load]) => load > 0)})),
          {xLabel: 'share of the peers', yLabel: 'messages', percentX: true, logY: true});
  }

  // -- a flood to watch --------------------------------------------------------------------------
  // Places the peers by forces; the same data gives the same picture.
  function layout(count, links) {
    let seed = 12345;
    const random = () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff);
    const at = Array.from({length: count}, (_, i) => [
      Math.cos(i * 2.39996) * Math.sqrt((i + .5) / count) + random() * .01,
      Math.sin(i * 2.39996) * Math.sqrt((i + .5) / count) + random() * .01]);
    const ideal = 1.6 / Math.sqrt(count);
    for (let round = 0; round < 400; ++round) {
      const heat = .1 * (1 - round / 400) + .002;
      const force = at.map(() => [0, 0]);
      for (let a = 0; a < count; ++a) {
        for (let b = a + 1; b < count; ++b) {
          const dx = at[a][0] - at[b][0], dy = at[a][1] - at[b][1];
          const square = dx * dx + dy * dy + 1e-6, push = ideal * ideal / square;
          force[a][0] += dx * push; force[a][1] += dy * push;
          force[b][0] -= dx * push; force[b][1] -= dy * push;
        }
      }
      for (const [a, b] of links) {
        const dx = at[b][0] - at[a][0], dy = at[b][1] - at[a][1];
        const pull = Math.sqrt(dx * dx + dy * dy) / ideal;
        force[a][0] += dx * pull; force[a][1] += dy * pull;
        force[b][0] -= dx * pull; force[b][1] -= dy * pull;
      }
      for (let i = 0; i < count; ++i) {
        force[i][0] -= at[i][0] * .25; force[i][1] -= at[i][1] * .25;
        const size = Math.hypot(...force[i]) || 1, move = Math.min(size, heat);
        at[i][0] += force[i][0] / size * move; at[i][1] += force[i][1] / size * move;
      }
    }
    const fit = (axis, low, high) => {
      const values = at.map((p) => p[axis]), least = Math.min(...values), most = Math.max(...values);
      for (const p of at) p[axis] = low + (high - low) * (p[axis] - least) / (most - least || 1);
    };
    fit(0, 24, 576); fit(1, 24, 416);
    // Then apart, where two would lie on each other.
    const apart = Math.min(40, 330 / Math.sqrt(count));
    for (let round = 0; round < 120; ++round) {
      for (let a = 0; a < count; ++a) {
        for (let b = a + 1; b < count; ++b) {
          const dx = at[a][0] - at[b][0], dy = at[a][1] - at[b][1], far = Math.hypot(dx, dy) || 1e-3;
          if (far >= apart) continue;
          const move = (apart - far) / far * .25;
          at[a][0] += dx * move; at[a][1] += dy * move;
          at[b][0] -= dx * move; at[b][1] -= dy * move;
        }
      }
    }
    fit(0, 24, 576); fit(1, 24, 416);
    return at;
  }

  function drawWatch() {
    const watch = data.watch;
    if (!watch) return;
    $('watch').hidden = false;
    const at = layout(watch.peers.length, watch.links);
    const radius = watch.peers.length > 120 ? 4 : watch.peers.length > 50 ? 6.5 : 10;
    const named = (label) => (/^\d+$/.test(label) ? `Peer ${label}` : label);
    const label = (peer) => named(watch.peers[peer].label);
    const holders = new Set(watch.holders);
    const overlay = $('overlay');
    overlay.setAttribute('viewBox', '0 0 600 440');
    const pair = (a, b) => (a < b ? `${a}-${b}` : `${b}-${a}`);
    const lines = new Map(), dots = [];
    for (const [a, b] of watch.links) {
      const line = svg('line', {class: 'link', x1: at[a][0], y1: at[a][1], x2: at[b][0], y2: at[b][1]});
      lines.set(pair(a, b), line);
      overlay.append(line);
    }
    const marks = svg('g'), movers = svg('g');
    overlay.append(marks);
    watch.peers.forEach((peer, i) => {
      const dot = svg('circle', {class: 'peer', cx: at[i][0], cy: at[i][1], r: radius},
          svg('title', {}, named(peer.label) + (i === watch.origin ? ' (asks)' : '') +
              (holders.has(i) ? ' (holds the key)' : '')));
      if (i === watch.origin) dot.classList.add('origin');
      if (holders.has(i)) dot.classList.add('holder');
      dots.push(dot);
      overlay.append(dot);
    });
    if (watch.peers.length <= 50) {
      watch.peers.forEach((peer, i) => overlay.append(svg('text', {
        x: at[i][0], y: at[i][1] - radius - 3, 'text-anchor': 'middle', 'font-size': 10, class: 'soft',
      }, peer.label)));
    }
    overlay.append(movers);

    const events = [...watch.events].sort((a, b) => a.arrives - b.arrives || a.sent - b.sent);
    const unit = watch.unit || 'ms';
    const last = Math.max(1e-9, ...events.map((e) => e.arrives));
    // The moments worth stopping at: every arrival, those that are close together as one.
    const stops = [0];
    for (const e of events) if (e.arrives > stops[stops.length - 1] + last / 400) stops.push(e.arrives);
    if (stops[stops.length - 1] < last) stops.push(last);

    const ring = watch.ring;
    const ringAt = (position, r) => [200 + r * Math.sin(2 * Math.PI * position),
                                     200 - r * Math.cos(2 * Math.PI * position)];
    const arcs = svg('g');
    const ringDots = [];
    if (ring) {
      const picture = $('ring');
      picture.setAttribute('viewBox', '-50 -12 500 424');
      picture.append(svg('circle', {class: 'axis', cx: 200, cy: 200, r: 150, fill: 'none'}));
      ring.members.forEach((member, m) => {
        for (const token of member.tokens) {
          const [ax, ay] = ringAt(token, 145), [bx, by] = ringAt(token, 155);
          picture.append(svg('line', {class: 'axis', x1: ax, y1: ay, x2: bx, y2: by},
                             svg('title', {}, member.label)));
        }
        const [mx, my] = ringAt(m / ring.members.length, 176);
        const dot = svg('circle', {class: 'peer', cx: mx, cy: my, r: 9}, svg('title', {}, named(member.label)));
        if (m === ring.owner) dot.classList.add('holder');
        ringDots.push(dot);
        picture.append(dot);
        if (ring.members.length <= 24) {
          const [tx, ty] = ringAt(m / ring.members.length, 192);
          picture.append(svg('text', {x: tx, y: ty + 3, class: 'soft', 'font-size': 10, 'text-anchor':
              tx > 210 ? 'start' : tx < 190 ? 'end' : 'middle'}, member.label));
        }
      });
      const [kx, ky] = ringAt(ring.key, 150);
      picture.append(arcs, svg('circle', {class: 'key', cx: kx, cy: ky, r: 6},
                               svg('title', {}, `the key ${watch.key}`)));
      for (const way of ring.ways) $('way').append(html('option', {value: way.via}, way.via));
      const preferred = ring.ways.find((way) => way.via === 'finger') || ring.ways[0];
      $('way').value = preferred.via;
      $('ring-caption').textContent =
          'The ring: ticks are tokens, the dot on it is the key, the filled member owns it.';
    } else {
      $('ring-figure').hidden = true;
      $('way-label').hidden = true;
    }
    $('watch-intro').textContent = `${label(watch.origin)} asks for ${watch.key} with TTL ${watch.ttl}; ` +
        `${plural(watch.holders.length, 'peer')} of ${number(watch.peers.length)} ` +
        `${watch.holders.length === 1 ? 'holds' : 'hold'} it.` +
        (ring ? ' Beside it, the ring looks up the same key.' : '');
    $('overlay-caption').textContent = 'The overlay: a filled peer was reached, a yellow one holds the key.';
    const legend = [['query', 'query'], ['duplicate', 'duplicate, dropped'], ['hit', 'response on its way back']];
    for (const [name, text] of legend) {
      const mark = html('span', {class: 'swatch'});
      mark.style.background = `var(--${name})`;
      $('watch-legend').append(html('span', {}, mark, text));
    }

    let time = 0;
    function draw() {
      const reached = new Set([watch.origin]);
      let queries = 0, duplicates = 0, hits = 0, firstHit = null;
      for (const line of lines.values()) line.setAttribute('class', 'link');
      marks.replaceChildren();
      movers.replaceChildren();
      for (const e of events) {
        if (e.sent > time + 1e-9) continue;
        const line = lines.get(pair(e.from, e.to));
        const arrived = e.arrives <= time + 1e-9;
        if (e.kind === 'hit') { ++hits; line?.classList.add('answered'); }
        else { ++queries; line?.classList.add('used'); }
        if (arrived) {
          if (e.kind === 'query') reached.add(e.to);
          if (e.kind === 'hit' && e.to === watch.origin && firstHit === null) firstHit = e.arrives;
          if (e.kind === 'duplicate') {
            ++duplicates;
            const x = at[e.to][0] + (at[e.from][0] - at[e.to][0]) * .25;
            const y = at[e.to][1] + (at[e.from][1] - at[e.to][1]) * .25;
            marks.append(svg('path', {class: 'cross',
                d: `M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x + 3} ${y - 3}L${x - 3} ${y + 3}`}));
          }
        } else {
          const part = (time - e.sent) / (e.arrives - e.sent || 1);
          const r = e.kind === 'hit' ? 5.5 : 4;
          movers.append(svg('circle', {class: `moving ${e.kind}`, r,
              cx: at[e.from][0] + (at[e.to][0] - at[e.from][0]) * part,
              cy: at[e.from][1] + (at[e.to][1] - at[e.from][1]) * part}));
        }
      }
      dots.forEach((dot, i) => dot.classList.toggle('reached', reached.has(i)));
      let text = `${unit === 'hops' ? `After ${number(time)} hops` : `${number(time)} ms`}: ` +
          `${plural(reached.size, 'peer')} reached, ${plural(queries, 'query message')}, ` +
          `${plural(duplicates, 'duplicate')}, ${plural(hits, 'hit message')}` +
          (firstHit === null ? '.' : `; first hit after ${number(firstHit)} ${unit}.`);
      if (ring) text += ' ' + drawRing();
      $('now').textContent = text;
      $('scrub').value = 1000 * time / last;
      $('scrub').setAttribute('aria-valuetext', text);
    }
    // The lookup makes one forward in the time that the query needs for one link, on the mean.
    const pace = events.length ? events.filter((e) => e.kind !== 'hit')
        .reduce((sum, e) => sum + e.arrives - e.sent, 0) /
        Math.max(1, events.filter((e) => e.kind !== 'hit').length) : 1;
    function drawRing() {
      const way = ring.ways.find((one) => one.via === $('way').value);
      const forwards = Math.min(way.path.length - 1, Math.floor(time / pace + 1e-9));
      arcs.replaceChildren();
      ringDots.forEach((dot) => dot.classList.remove('reached', 'origin'));
      const point = (member) => (member === null ? [200, 200] : ringAt(member / ring.members.length, 166));
      for (let i = 0; i <= forwards; ++i) {
        const member = way.path[i];
        if (member !== null) ringDots[member].classList.add(i === 0 ? 'origin' : 'reached');
        if (i === 0) continue;
        const [ax, ay] = point(way.path[i - 1]), [bx, by] = point(member);
        arcs.append(svg('path', {class: 'arc', d: `M${ax} ${ay}Q200 200 ${bx} ${by}`}));
      }
      const over = forwards === way.path.length - 1;
      return `Ring, ${way.via}: ${plural(forwards, 'forward')}${over ? ', at the owner.' : ' …'}`;
    }

    let playing = false, before = 0;
    function frame(now) {
      if (!playing) return;
      const span = Math.min(20000, Math.max(6000, stops.length * 350));
      time = Math.min(last, time + last * (now - before) / span * Number($('speed').value));
      before = now;
      draw();
      if (time >= last) pause(); else requestAnimationFrame(frame);
    }
    function pause() {
      playing = false;
      $('play').firstChild.textContent = '▶';
      $('play').querySelector('span').textContent = ' Play';
    }
    function play() {
      if (time >= last) time = 0;
      playing = true;
      before = performance.now();
      $('play').firstChild.textContent = '⏸';
      $('play').querySelector('span').textContent = ' Pause';
      requestAnimationFrame(frame);
    }
    const go = (to) => { pause(); time = Math.max(0, Math.min(last, to)); draw(); };
    const next = () => go(stops.find((stop) => stop > time + 1e-9) ?? last);
    const previous = () => go([...stops].reverse().find((stop) => stop < time - 1e-9) ?? 0);
    $('play').onclick = () => (playing ? pause() : play());
    $('step').onclick = next;
    $('back').onclick = previous;
    $('first').onclick = () => go(0);
    $('scrub').oninput = (e) => go(last * e.target.value / 1000);
    $('way').onchange = draw;
    document.addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.altKey || e.metaKey || e.target.matches('select, input, summary')) return;
      const act = {' ': () => $('play').click(), ArrowRight: next, ArrowLeft: previous,
                   Home: () => go(0), End: () => go(last)}[e.key];
      if (!act || (e.key === ' ' && e.target.matches('button'))) return;
      e.preventDefault();
      act();
    });
    // On paper the picture shows how it ended.
    addEventListener('beforeprint', () => go(last));
    draw();
  }

  // -- all of it -----------------------------------------------------------------------------------
  document.title = data.title;
  $('title').textContent = data.title;
  $('subtitle').textContent = data.subtitle || '';
  drawTable();
  drawWatch();
  drawCharts();
  if (data.notes?.length) {
    $('notes').hidden = false;
    for (const note of data.notes) $('note-list').append(html('li', {}, note));
  }
  $('footer').textContent = data.footer || '';
})();
