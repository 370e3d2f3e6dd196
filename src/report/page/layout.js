// Places the peers by forces, within `box` (left, right, top, bottom); the same data gives the same
// picture.
function layout(count, links, box) {
  let seed = 12345;
  const random = () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff);
  const at = Array.from({length: count}, (_, i) => [
    Math.cos(i * 2.39996) * Math.sqrt((i + .5) / count) + random() * .01,
    Math.sin(i * 2.39996) * Math.sqrt((i + .5) / count) + random() * .01]);
  const ideal = 1.6 / Math.sqrt(count);
  // A round looks at every pair: many peers get fewer rounds, so that the page opens soon.
  const rounds = (most) => Math.ceil(Math.min(most, Math.max(100, most * 120 * 120 / count / count)));
  const forced = rounds(400);
  for (let round = 0; round < forced; ++round) {
    const heat = .1 * (1 - round / forced) + .002;
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
  const spread = () => { fit(0, box.left, box.right); fit(1, box.top, box.bottom); };
  spread();
  // Then apart, where two would lie on each other, and off the links of others: a link that runs
  // under a peer looks as if that peer relayed.
  const room = Math.sqrt((box.right - box.left) * (box.bottom - box.top) / count);
  const apart = Math.min(40, .76 * room), beside = Math.min(16, .4 * room);
  const touching = count * links.length > 60000 ? [] : links;
  const parted = rounds(500);
  for (let round = 0; round < parted; ++round) {
    const before = at.map(([x, y]) => [x, y]);
    for (let a = 0; a < count; ++a) {
      for (let b = a + 1; b < count; ++b) {
        const dx = at[a][0] - at[b][0], dy = at[a][1] - at[b][1], far = Math.hypot(dx, dy) || 1e-3;
        if (far >= apart) continue;
        const move = (apart - far) / far * .25;
        at[a][0] += dx * move; at[a][1] += dy * move;
        at[b][0] -= dx * move; at[b][1] -= dy * move;
      }
    }
    for (const [a, b] of touching) {
      const lx = at[b][0] - at[a][0], ly = at[b][1] - at[a][1], square = lx * lx + ly * ly || 1e-3;
      for (let i = 0; i < count; ++i) {
        if (i === a || i === b) continue;
        const part = ((at[i][0] - at[a][0]) * lx + (at[i][1] - at[a][1]) * ly) / square;
        if (part <= 0 || part >= 1) continue;
        const dx = at[i][0] - at[a][0] - part * lx, dy = at[i][1] - at[a][1] - part * ly;
        const far = Math.hypot(dx, dy), length = Math.sqrt(square);
        if (far >= beside) continue;
        // The peer gives way, and each end of the link a little, the more the nearer it is.
        const [ux, uy] = far < 1e-3 ? [-ly / length, lx / length] : [dx / far, dy / far];
        const move = (beside - far) * .5;
        at[i][0] += ux * move; at[i][1] += uy * move;
        at[a][0] -= ux * move * (1 - part) * .5; at[a][1] -= uy * move * (1 - part) * .5;
        at[b][0] -= ux * move * part * .5; at[b][1] -= uy * move * part * .5;
      }
    }
    spread();
    if (at.every(([x, y], i) => Math.hypot(x - before[i][0], y - before[i][1]) < .02)) break;
  }
  return at;
}
