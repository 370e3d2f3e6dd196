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
