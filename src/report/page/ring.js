// The ring lookup beside the flood: members stand around the ring in the order of their tokens, and
// a line leads from each to its token where it has but one.
const kMiddle = 200, kRing = 138;
const ringPoint = (turn, r) => [kMiddle + r * Math.sin(2 * Math.PI * turn),
                                kMiddle - r * Math.cos(2 * Math.PI * turn)];

// Places around the circle, at least `apart` of a turn from each other, near those that are wished.
function spreadOut(wished, apart) {
  const order = wished.map((_, i) => i).sort((a, b) => wished[a] - wished[b]);
  const at = order.map((i) => wished[i]);
  const gap = Math.min(apart, .98 / at.length);
  for (let round = 0; round < 400; ++round) {
    for (let i = 0; i < at.length; ++i) {
      const next = (i + 1) % at.length, turn = i + 1 === at.length ? 1 : 0;
      const close = gap - (at[next] + turn - at[i]);
      if (at.length < 2 || close <= 0) continue;
      at[i] -= close / 2;
      at[next] += close / 2;
    }
  }
  const places = [];
  order.forEach((i, k) => { places[i] = at[k]; });
  return places;
}

// Draws it; what comes back knows when each lookup ends, and shows one as it is at a time.
function drawRing(ring, key, named) {
  const picture = $('ring'), members = ring.members;
  // As large as there is a place for on a narrow screen, where it is drawn at less than its size.
  const most = kNarrow.matches ? Math.min(11.5, Math.PI * 176 / members.length - 1) : 9;
  const radius = members.length > 70 ? 4 : members.length > 45 ? Math.min(most, 7) : most;
  const longest = Math.max(...members.map((member) => member.label.length));
  const side = kNarrow.matches ? Math.max(50, longest * 10) : Math.max(50, longest * 7.5);
  picture.replaceChildren();
  picture.setAttribute('viewBox', members.length <= 24 ? `${-side} -20 ${400 + 2 * side} 440` : '0 0 400 400');
  const tokens = members.flatMap((member, m) => member.tokens.map((position) => ({position, m})))
      .sort((a, b) => a.position - b.position);
  const isSingle = members.every((member) => member.tokens.length === 1);
  const places = isSingle ? spreadOut(members.map((member) => member.tokens[0]), (2 * radius + 3) / (2 * Math.PI * 176))
                          : members.map((_, m) => m / members.length);
  picture.append(svg('circle', {class: 'axis', cx: kMiddle, cy: kMiddle, r: kRing, fill: 'none'}));

  // The range that the key is in: from the token before it to the owner's.
  if (tokens.length > 1) {
    const found = tokens.findIndex((token) => token.position >= ring.key), owns = found < 0 ? 0 : found;
    const before = tokens[(owns + tokens.length - 1) % tokens.length].position;
    const length = (tokens[owns].position - before + 1) % 1 || 1;
    const [ax, ay] = ringPoint(before, kRing), [bx, by] = ringPoint(tokens[owns].position, kRing);
    picture.append(svg('path', {class: 'owned', d: `M${ax} ${ay}A${kRing} ${kRing} 0 ${length > .5 ? 1 : 0} 1 ${bx} ${by}`},
                       svg('title', {}, 'the range of the ring that the key is in')));
    if (!isSingle) {
      const [mx, my] = ringPoint(places[ring.owner], 176);
      picture.append(svg('line', {class: 'leader owner', x1: bx, y1: by, x2: mx, y2: my}));
    }
  }
  const groups = members.map(() => svg('g', {class: 'tokens'}));
  for (const {position, m} of tokens) {
    const [ax, ay] = ringPoint(position, kRing - 5), [bx, by] = ringPoint(position, kRing + 5);
    groups[m].append(svg('line', {class: tokens.length > 200 ? 'token many' : 'token', x1: ax, y1: ay, x2: bx, y2: by},
                         svg('title', {}, named(members[m].label))));
    if (!isSingle) continue;
    const [mx, my] = ringPoint(places[m], 176);
    groups[m].append(svg('line', {class: 'leader', x1: bx, y1: by, x2: mx, y2: my}));
  }
  const arcs = svg('g');
  picture.append(...groups, arcs);
  const dots = members.map((member, m) => {
    const [mx, my] = ringPoint(places[m], 176);
    const dot = svg('circle', {class: m === ring.owner ? 'peer holder' : 'peer', cx: mx, cy: my, r: radius},
                    svg('title', {}, named(member.label) + (m === ring.owner ? ' (owns the key)' : '')));
    dot.onmouseenter = () => groups[m].classList.add('shown');
    dot.onmouseleave = () => groups[m].classList.remove('shown');
    picture.append(dot);
    nameIn(picture, member.label, [mx, my], radius, members.length <= 24 && ringPoint(places[m], 176 + radius + (kNarrow.matches ? 13 : 9)),
           m === ring.owner);
    return dot;
  });
  const [kx, ky] = ringPoint(ring.key, kRing);
  picture.append(svg('circle', {class: 'key', cx: kx, cy: ky, r: 5}, svg('title', {}, `the key ${key}`)));

  nameAtTouch(picture, dots, members.map((member) => named(member.label)));

  if ($('way').options.length === 0) {
    for (const way of ring.ways) $('way').append(html('option', {value: way.via}, way.via));
    const preferred = ring.ways.find((way) => way.via === 'finger') || ring.ways[0];
    $('way').value = preferred.via;
  }
  const outsider = ring.ways.some((way) => way.path[0] === null);
  $('ring-caption').textContent = (isSingle ? 'The ring; a tick is a member’s token. '
      : `The ring; ticks are the ${number(tokens.length)} tokens of ${plural(members.length, 'member')}, its own at a touch. `) +
      'The key lies in the yellow range, whose end is the yellow member’s token: that one owns it.' +
      (outsider ? ' The asking peer is no member: it stands in the middle.' : '');

  const point = (member) => (member === null ? [kMiddle, kMiddle] : ringPoint(places[member], 176 - radius));
  // From one member to another, bent to the middle the more the farther they are apart.
  function arc(from, to, kind) {
    const [ax, ay] = point(from), [bx, by] = point(to);
    const far = from === null || to === null ? 0 : Math.min(1, Math.hypot(ax - bx, ay - by) / 300);
    // The answer goes beside the way that a single forward has come.
    const side = kind === 'answer' ? 28 / (Math.hypot(ax - bx, ay - by) || 1) : 0;
    const cx = kMiddle + ((ax + bx) / 2 - kMiddle) * (.92 - .85 * far) + (by - ay) * side;
    const cy = kMiddle + ((ay + by) / 2 - kMiddle) * (.92 - .85 * far) - (bx - ax) * side;
    const at = [.25 * ax + .5 * cx + .25 * bx, .25 * ay + .5 * cy + .25 * by];
    const angle = Math.atan2(by - ay, bx - ax) * 180 / Math.PI;
    arcs.append(svg('path', {class: `arc ${kind}`, d: `M${ax} ${ay}Q${cx} ${cy} ${bx} ${by}`}),
                svg('path', {class: `head ${kind}`, d: 'M5 0L-4 4.5V-4.5Z',
                             transform: `translate(${at[0]} ${at[1]}) rotate(${angle})`}));
  }
  const has = {nothing: ': it has never heard of the key.', tombstone: ': the key was deleted.'}[ring.holds] ?? '.';
  const chosen = () => ring.ways.find((one) => one.via === $('way').value);
  return {
    times: () => [...chosen().arrives.slice(1), ...(chosen().answered === null ? [] : [chosen().answered])],
    show(time) {
      const way = chosen(), last = way.path.length - 1;
      const forwards = way.arrives.filter((at) => at <= time + 1e-9).length - 1;
      arcs.replaceChildren();
      dots.forEach((dot) => dot.classList.remove('reached', 'origin'));
      if (way.path[0] === null) arcs.append(svg('circle', {class: 'peer origin', cx: kMiddle, cy: kMiddle, r: radius}));
      for (let i = 0; i <= forwards; ++i) {
        if (way.path[i] !== null) dots[way.path[i]].classList.add(i === 0 ? 'origin' : 'reached');
        if (i > 0) arc(way.path[i - 1], way.path[i], 'forward');
      }
      const isAnswered = way.answered !== null && way.answered <= time + 1e-9;
      if (isAnswered) arc(way.path[last], way.path[0], 'answer');
      return `Ring, ${way.via}: ${plural(forwards, 'forward')}` +
          (forwards < last ? ' …' : way.answered === null ? `, at the owner, which is the asking peer${has}`
              : isAnswered ? `, at the owner, which has told the asking peer${has}` : ', at the owner.');
    },
  };
}
