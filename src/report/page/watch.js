// A flood to watch: the overlay with the query spreading, and the ring lookup of the same key.

// A short number stands in its circle, unless it is too small to be read; a name beside it, if there
// is a place for it. All others show at a touch.
function nameIn(picture, label, [x, y], radius, beside, isHolder) {
  if (/^\d{1,3}$/.test(label)) {
    const size = label.length > 2 ? radius * .85 : radius;
    if (size < (kNarrow.matches ? 9.3 : 5.9)) return;
    picture.append(svg('text', {x, y: y + size * .36, 'text-anchor': 'middle',
                                class: isHolder ? 'inside on-holder' : 'inside',
                                style: `font-size: ${size}px`}, label));
  } else if (beside) {
    const [tx, ty] = beside;
    const anchor = tx > x + 3 ? 'start' : tx < x - 3 ? 'end' : 'middle';
    picture.append(svg('text', {x: tx, y: ty + 4, class: 'name', 'text-anchor': anchor}, label));
  }
}
// A tap on a peer shows its name, another one takes it away.
function nameAtTouch(picture, dots, labels) {
  const shown = svg('text', {class: 'name touched'});
  picture.append(shown);
  const [left, top, width] = picture.getAttribute('viewBox').split(' ').map(Number);
  dots.forEach((dot, i) => {
    dot.onclick = () => {
      const x = Number(dot.getAttribute('cx')), y = Number(dot.getAttribute('cy'));
      const above = Number(dot.getAttribute('r')) + 6;
      shown.textContent = shown.textContent === labels[i] ? '' : labels[i];
      shown.setAttribute('x', x);
      shown.setAttribute('y', y - above < top + 16 ? y + above + 10 : y - above);
      const part = (x - left) / width;
      shown.setAttribute('text-anchor', part < .15 ? 'start' : part > .85 ? 'end' : 'middle');
    };
  });
}

// The overlay as it is before anything happens. On a narrow screen it is drawn narrower, so that its
// texts stay as large.
function drawOverlay(watch, holders, named) {
  const count = watch.peers.length, overlay = $('overlay');
  const isNarrow = kNarrow.matches, width = isNarrow ? 360 : 600, height = 440;
  const radius = count > 100 ? 4 : count > 70 ? 6 : count > 45 ? (isNarrow ? 7 : 8) : isNarrow ? 11 : 10;
  const besides = count <= 45 ? watch.peers.map((peer) => peer.label).filter((label) => !/^\d{1,3}$/.test(label)) : [];
  const side = Math.max(24, ...besides.map((label) => label.length * (isNarrow ? 4 : 3.6) + 4));
  const top = besides.length > 0 ? radius + 20 : 24;
  const at = layout(count, watch.links, {left: side, right: width - side, top, bottom: height - 24});
  overlay.replaceChildren();
  overlay.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const lines = new Map();
  for (const [a, b] of watch.links) {
    const line = svg('line', {class: 'link', x1: at[a][0], y1: at[a][1], x2: at[b][0], y2: at[b][1]});
    lines.set(pair(a, b), line);
    overlay.append(line);
  }
  const marks = svg('g'), movers = svg('g'), names = svg('g');
  overlay.append(marks);
  const labels = watch.peers.map((peer, i) => named(peer.label) + (i === watch.origin ? ' (asks)' : '') +
                                              (holders.has(i) ? ' (holds the key)' : ''));
  const dots = watch.peers.map((peer, i) => {
    const dot = svg('circle', {class: 'peer', cx: at[i][0], cy: at[i][1], r: radius},
                    svg('title', {}, labels[i]));
    if (i === watch.origin) dot.classList.add('origin');
    if (holders.has(i)) dot.classList.add('holder');
    nameIn(names, peer.label, at[i], radius, count <= 45 && [at[i][0], at[i][1] - radius - 8],
           holders.has(i));
    return dot;
  });
  overlay.append(...dots, movers, names);
  nameAtTouch(overlay, dots, labels);
  return {at, radius, lines, marks, movers, dots};
}
const pair = (a, b) => (a < b ? `${a}-${b}` : `${b}-${a}`);

function drawWatch() {
  const watch = data.watch;
  if (!watch) return;
  $('watch').hidden = false;
  const count = watch.peers.length, unit = watch.unit || 'ms';
  const named = (label) => (/^\d+$/.test(label) ? `Peer ${label}` : label);
  const holders = new Set(watch.holders);
  let overlay = drawOverlay(watch, holders, named);

  // In the order in which they come to be seen.
  const events = [...watch.events].sort((a, b) => a.arrives - b.arrives || a.sent - b.sent);
  let ring = watch.ring ? drawRing(watch.ring, watch.key, named) : null;
  $('ring-figure').hidden = !ring;
  $('way-label').hidden = !ring;
  let last = 1, stops = [0];
  // The moments worth stopping at: every arrival, those that are close together as one.
  function measure() {
    const times = [...events.map((e) => e.arrives), ...(ring ? ring.times() : [])].sort((a, b) => a - b);
    last = Math.max(1e-9, ...times);
    stops = [0];
    for (const t of times) if (t > stops[stops.length - 1] + last / 400) stops.push(t);
    if (stops[stops.length - 1] < last) stops.push(last);
  }

  $('watch-intro').textContent = `${named(watch.peers[watch.origin].label)} asks for ${watch.key} with TTL ` +
      `${watch.ttl}; ${plural(watch.holders.length, 'peer')} of ${number(count)} ` +
      `${watch.holders.length === 1 ? 'holds' : 'hold'} it.` +
      (ring ? ' Beside it, the ring looks up the same key.' : '');
  $('overlay-caption').textContent = 'The overlay: each peer sends what is new to it on to its neighbors.';
  const circle = (kind) => svg('svg', {class: 'swatch', viewBox: '-6 -6 12 12'}, svg('circle', {class: `peer ${kind}`, r: 4.5}));
  const dot = (kind) => svg('svg', {class: 'swatch', viewBox: '-6 -6 12 12'}, svg('circle', {class: `moving ${kind}`, r: 4}));
  const cross = svg('svg', {class: 'swatch', viewBox: '-6 -6 12 12'}, svg('path', {class: 'cross', d: 'M-4 -4L4 4M4 -4L-4 4'}));
  for (const [mark, text] of [[circle('origin'), 'asks'], [circle('reached'), 'reached'],
       [circle('holder'), ring ? 'holds the key; on the ring, owns it' : 'holds the key'],
       [dot('query'), 'query'], [dot('duplicate'), 'copy that will be a duplicate'],
       [cross, 'duplicate, dropped'], [dot('hit'), 'response on its way back']]) {
    $('watch-legend').append(html('span', {}, mark, text));
  }

  let time = 0;
  function draw() {
    const {at, radius, lines, marks, movers, dots} = overlay;
    const reached = new Set([watch.origin]);
    let queries = 0, duplicates = 0, hits = 0, firstHit = null;
    for (const line of lines.values()) line.setAttribute('class', 'link');
    marks.replaceChildren();
    movers.replaceChildren();
    for (const e of events) {
      if (e.sent > time + 1e-9) continue;
      const line = lines.get(pair(e.from, e.to));
      if (e.kind === 'hit') { ++hits; line?.classList.add('answered'); }
      else { ++queries; line?.classList.add('used'); }
      const [ax, ay] = at[e.from], [bx, by] = at[e.to];
      const length = Math.hypot(bx - ax, by - ay) || 1;
      if (e.arrives > time + 1e-9) {
        // From circle to circle, so that what has just been sent does not hide its sender.
        const edge = Math.min(.4, (radius + 6) / length);
        const part = edge + (1 - 2 * edge) * (time - e.sent) / (e.arrives - e.sent || 1);
        movers.append(svg('circle', {class: `moving ${e.kind}`, r: e.kind === 'hit' ? 6 : 4.5,
                                     cx: ax + (bx - ax) * part, cy: ay + (by - ay) * part}));
        continue;
      }
      if (e.kind === 'hit') {
        const angle = Math.atan2(by - ay, bx - ax) * 180 / Math.PI;
        marks.append(svg('path', {class: 'head answer', d: 'M5 0L-4 4.5V-4.5Z',
                                  transform: `translate(${(ax + bx) / 2} ${(ay + by) / 2}) rotate(${angle})`}));
      }
      if (e.kind === 'query') reached.add(e.to);
      if (e.kind === 'hit' && e.to === watch.origin && firstHit === null) firstHit = e.arrives;
      if (e.kind !== 'duplicate') continue;
      ++duplicates;
      // Beside the peer that dropped it, on the link by which it came.
      const near = Math.min(.4, (radius + 7) / length);
      const x = bx + (ax - bx) * near, y = by + (ay - by) * near;
      marks.append(svg('path', {class: 'cross',
          d: `M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x + 3} ${y - 3}L${x - 3} ${y + 3}`}));
    }
    dots.forEach((one, i) => one.classList.toggle('reached', reached.has(i)));
    const text = `${unit === 'hops' ? `After ${plural(time, 'hop')}` : `${number(time)} ms`}: ` +
        `${plural(reached.size, 'peer')} reached, ${plural(queries, 'query message')}, ` +
        `${plural(duplicates, 'duplicate')}, ${plural(hits, 'hit message')}` +
        (firstHit === null ? '.' : `; first hit after ${unit === 'hops' ? plural(firstHit, 'hop') : `${number(firstHit)} ms`}.`) +
        (ring ? ` ${ring.show(time)}` : '');
    $('now').textContent = text;
    $('scrub').value = 1000 * time / last;
    $('scrub').setAttribute('aria-valuetext', text);
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
    $('now').setAttribute('aria-live', 'polite');
  }
  function play() {
    if (time >= last) time = 0;
    playing = true;
    before = performance.now();
    $('play').firstChild.textContent = '⏸';
    $('play').querySelector('span').textContent = ' Pause';
    // Sixty announcements a second are none.
    $('now').setAttribute('aria-live', 'off');
    requestAnimationFrame(frame);
  }
  const go = (to) => { pause(); time = Math.max(0, Math.min(last, to)); draw(); };
  const next = () => go(stops.find((stop) => stop > time + 1e-9) ?? last);
  const previous = () => go(stops.findLast((stop) => stop < time - 1e-9) ?? 0);
  $('play').onclick = () => (playing ? pause() : play());
  $('step').onclick = next;
  $('back').onclick = previous;
  $('first').onclick = () => go(0);
  $('scrub').oninput = (e) => go(last * e.target.value / 1000);
  // The end moves with the way; a lookup that was shown to its end stays so.
  $('way').onchange = () => { const over = time >= last; measure(); go(over ? last : time); };
  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target.matches('select, input, summary, .scroll')) return;
    const act = {' ': () => $('play').click(), ArrowRight: next, ArrowLeft: previous,
                 Home: () => go(0), End: () => go(last)}[e.key];
    if (!act || (e.key === ' ' && e.target.matches('button'))) return;
    e.preventDefault();
    act();
  });
  kNarrow.addEventListener('change', () => {
    overlay = drawOverlay(watch, holders, named);
    if (ring) ring = drawRing(watch.ring, watch.key, named);
    draw();
  });
  // On paper the picture shows how it ended.
  addEventListener('beforeprint', () => go(last));
  measure();
  draw();
}
