// Opens pages of `oxbow-sim lookup --report` and `oxbow compare --report` in Debian's chromium and uses
// them as people do; one `ok - what` or `not ok - what` a case.
//   node report_page.mjs PLAYWRIGHT-CORE CHROMIUM FOLDER
// FOLDER has single.html (one search on a network that is drawn as it is), workload.html and
// single.json (the figures of the same search), live.html and live.json (of five members); pictures and
// the printed page are left there.
import assert from 'node:assert/strict';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const [playwright, executablePath, folder] = process.argv.slice(2);
const {chromium} = createRequire(import.meta.url)(playwright);
const figures = JSON.parse(readFileSync(`${folder}/single.json`, 'utf8'));
const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu',
    '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync']});

let failed = 0;
async function is(what, check) {
  try {
    await check();
    console.log(`ok - ${what}`);
  } catch (error) {
    failed = 1;
    console.log(`not ok - ${what}`);
    console.log(String(error.message).replace(/^/gm, '#   '));
  }
}

// A page that has been loaded, with all that went wrong meanwhile, and every request.
async function open(name, context = {}) {
  const settings = {viewport: {width: 1280, height: 900}, ...context};
  const page = await (await browser.newContext(settings)).newPage();
  const wrong = [], requests = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => wrong.push(message.text()));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(`${folder}/${name}.html`).href);
  return {page, wrong, requests};
}
const now = (page) => page.textContent('#now');
const moment = async (page) => Number(await page.inputValue('#scrub'));
// `12 query messages` → 12; large numbers are written 1,234.
const shown = (text, what) => Number(new RegExp(`([\\d,]+) ${what}`).exec(text)[1].replaceAll(',', ''));

// Of the pictures to watch: texts that are cut at an edge, and how large the smallest is on the screen.
const textsOf = (page) => page.evaluate(() => {
  const cut = [];
  let smallest = Infinity;
  for (const picture of document.querySelectorAll('.stage svg')) {
    const view = picture.viewBox.baseVal, scale = picture.getScreenCTM().a;
    for (const text of picture.querySelectorAll('text')) {
      if (text.textContent === '') continue;
      const box = text.getBBox();
      if (box.x < view.x || box.y < view.y || box.x + box.width > view.x + view.width ||
          box.y + box.height > view.y + view.height) cut.push(text.textContent);
      smallest = Math.min(smallest, parseFloat(getComputedStyle(text).fontSize) * scale);
    }
  }
  return {cut, smallest};
});

const kWays = ['flood', 'expanding', 'walk', 'successor', 'finger', 'one-hop'];
const kCharts = {
  single: ['Recall against TTL', 'What recall costs', 'Messages against network size', 'Load'],
  workload: ['Recall against TTL', 'What recall costs', 'Messages against network size',
             'Hops to the first hit', 'Load'],
  live: ['Recall against TTL', 'What recall costs', 'Hops to the first hit', 'Load'],
};
for (const name of ['single', 'workload', 'live']) {
  const {page, wrong, requests} = await open(name);
  await is(`${name}: the page loads without an error, and asks for nothing but itself`, async () => {
    assert.deepEqual(wrong, []);
    assert.equal(requests.length, 1);
  });
  await is(`${name}: the table has a row for each way`, async () => {
    const ways = await page.$$eval('#figures tbody tr td:first-child',
                                   (cells) => cells.map((cell) => cell.childNodes[1].textContent));
    assert.deepEqual(ways, [...kWays, name === 'live' ? 'auto' : 'central']);
  });
  await is(`${name}: every chart is there, with lines or bars in it`, async () => {
    const charts = await page.$$eval('.chart', (all) => all.map((chart) => [
      chart.querySelector('h2').textContent,
      chart.querySelectorAll(':scope > svg path, :scope > svg rect').length > 0]));
    assert.deepEqual(charts, kCharts[name].map((title) => [title, true]));
  });
  await is(`${name}: nothing that is drawn lies at no number`, async () => {
    const wrong = /[^>" ]*(NaN|undefined|Infinity)[^<" ]*/.exec(await page.innerHTML('main'));
    assert.equal(wrong, null);
  });
  await is(`${name}: the key lies in the range of the ring whose end is the owner's token`, async () => {
    assert.equal((await page.$$('#ring .owned')).length, 1);
    const {owner, tokens} = await page.evaluate(() => {
      const {ring} = JSON.parse(document.getElementById('data').textContent).watch;
      const all = ring.members.flatMap((member, m) => member.tokens.map((at) => [at, m])).sort((a, b) => a[0] - b[0]);
      return {tokens: all.length, owner: (all.find(([at]) => at >= ring.key) ?? all[0])[1] === ring.owner};
    });
    assert.ok(owner);
    assert.equal((await page.$$('#ring .token')).length, tokens);
  });
  await is(`${name}: whichever way, the ring lookup ends at the owner, which tells the asking peer`, async () => {
    for (const way of await page.$$eval('#way option', (all) => all.map((one) => one.value))) {
      await page.selectOption('#way', way);
      await page.focus('body');
      await page.keyboard.press('End');
      const text = await now(page);
      const forwards = shown(text, 'forwards?');
      assert.match(text, new RegExp(`Ring, ${way}: ${forwards} forwards?, at the owner, which (has told|is) the asking peer`));
      assert.equal((await page.$$('#ring .arc.forward')).length, forwards);
      assert.equal((await page.$$('#ring .arc.answer')).length, forwards > 0 ? 1 : 0);
    }
  });
  await is(`${name}: no name in the pictures to watch is cut`, async () => {
    assert.deepEqual((await textsOf(page)).cut, []);
  });
  await is(`${name}: no link runs under a peer that it does not lead to`, async () => {
    const touched = await page.evaluate(() => {
      const {links} = JSON.parse(document.getElementById('data').textContent).watch;
      const dots = [...document.querySelectorAll('#overlay .peer')].map((dot) => [dot.cx.baseVal.value, dot.cy.baseVal.value]);
      const radius = document.querySelector('#overlay .peer').r.baseVal.value;
      return links.flatMap(([a, b]) => dots.map(([x, y], i) => {
        if (i === a || i === b) return false;
        const [lx, ly] = [dots[b][0] - dots[a][0], dots[b][1] - dots[a][1]];
        const part = ((x - dots[a][0]) * lx + (y - dots[a][1]) * ly) / (lx * lx + ly * ly);
        if (part <= 0 || part >= 1) return false;
        return Math.hypot(x - dots[a][0] - part * lx, y - dots[a][1] - part * ly) < radius;
      })).filter(Boolean).length;
    });
    // Sixty peers with four or five links each do not leave a free place for every one.
    assert.ok(touched <= (name === 'workload' ? 6 : 0), `${touched}`);
  });
  await is(`${name}: whatever moves is outside of the circles, at every step`, async () => {
    await page.focus('body');
    await page.keyboard.press('Home');
    for (let before = -1; before < await moment(page);) {
      before = await moment(page);
      const hidden = await page.evaluate(() => {
        const dots = [...document.querySelectorAll('#overlay .peer')];
        const links = [...document.querySelectorAll('#overlay .link')];
        const at = (circle) => [circle.cx.baseVal.value, circle.cy.baseVal.value];
        // Links may be shorter than two circles and a dot.
        const shortest = Math.min(...links.map((l) => Math.hypot(l.x1.baseVal.value - l.x2.baseVal.value,
                                                                 l.y1.baseVal.value - l.y2.baseVal.value)));
        const radius = Math.min(dots[0].r.baseVal.value, shortest * .4 - .01);
        return [...document.querySelectorAll('#overlay .moving')].filter((mover) => dots.some((dot) =>
            Math.hypot(at(mover)[0] - at(dot)[0], at(mover)[1] - at(dot)[1]) < radius - .01)).length;
      });
      assert.equal(hidden, 0);
      await page.keyboard.press('ArrowRight');
    }
  });
  await is(`${name}: no two names at the ends of lines lie on each other`, async () => {
    for (const chart of await page.$$('.chart > svg')) {
      const at = await chart.$$eval('.end', (all) => all.map((name) => Number(name.getAttribute('y'))));
      at.sort((a, b) => a - b).forEach((y, i) => assert.ok(i === 0 || y - at[i - 1] > 9, `${at}`));
    }
  });
}

{
  const {page} = await open('live');
  const data = JSON.parse(readFileSync(`${folder}/live.json`, 'utf8'));
  await is('live: the page has the figures of the table', async () => {
    const rows = await page.evaluate(() => JSON.parse(document.getElementById('data').textContent).rows);
    for (const row of data.rows) {
      const there = rows.find(({via}) => via === row.via);
      assert.equal(there.found, row.found);
      assert.equal(there.query_messages.mean, row.query_messages);
      assert.equal(there.duplicates.mean, row.duplicates);
    }
  });
  await is('live: report messages are in the table, and recall of expanding beside the flood', async () => {
    const columns = await page.$$eval('#figures th', (all) => all.map((one) => one.textContent));
    assert.ok(columns.includes('report messages'), `${columns}`);
    const recall = await page.evaluate(() => JSON.parse(document.getElementById('data').textContent).recall);
    assert.deepEqual(recall.map(({via}) => via), ['flood', 'expanding']);
    assert.ok(recall.every(({points}) => points.length > 0));
  });
  await is('live: an owner that has never heard of the key says so', async () => {
    const text = readFileSync(`${folder}/live.html`, 'utf8');
    assert.ok(text.includes('"holds":"value"'));
    writeFileSync(`${folder}/unheard.html`, text.replace('"holds":"value"', '"holds":"nothing"'));
    const {page: other} = await open('unheard');
    await other.keyboard.press('End');
    assert.match(await now(other), /the asking peer: it has never heard of the key\.$/);
  });
  await is('live: End shows the query spread, and the response back at the asking peer', async () => {
    await page.keyboard.press('End');
    assert.match(await now(page), /: [2-5] peers reached, [1-9]\d* query messages?, .*, [1-9]\d* hit messages?; first hit after \d+ hops?\. Ring/);
  });
}

{
  const {page} = await open('single');
  await is('End shows the whole flood, with the figures of the search', async () => {
    await page.keyboard.press('End');
    const text = await now(page), row = figures.rows[0];
    assert.equal(shown(text, 'query messages'), row.query_messages);
    assert.equal(shown(text, 'duplicates'), row.duplicates);
    assert.equal(shown(text, 'hit messages'), row.hit_messages);
    assert.equal(shown(text, 'peers reached'), row.peers_reached);
    assert.equal((await page.$$('#overlay .cross')).length, row.duplicates);
    assert.equal((await page.$$('#overlay .peer.reached')).length, row.peers_reached);
    assert.match(text, /at the owner/);
  });
  await is('Home shows its beginning', async () => {
    await page.keyboard.press('Home');
    assert.equal(await moment(page), 0);
    assert.match(await now(page), /^0 ms: 1 peer reached/);
  });
  await is('→ and ← go one moment on and back', async () => {
    await page.keyboard.press('ArrowRight');
    const first = await moment(page);
    assert.ok(first > 0);
    await page.keyboard.press('ArrowRight');
    assert.ok(await moment(page) > first);
    await page.keyboard.press('ArrowLeft');
    assert.equal(await moment(page), first);
  });
  await is('space plays and pauses', async () => {
    await page.keyboard.press('Home');
    await page.keyboard.press(' ');
    await page.waitForFunction(() => Number(document.querySelector('#scrub').value) > 0);
    await page.keyboard.press(' ');
    assert.match(await page.textContent('#play'), /Play/);
  });
  await is('the scrub bar goes anywhere', async () => {
    await page.$eval('#scrub', (bar) => { bar.value = 1000; bar.dispatchEvent(new Event('input')); });
    assert.equal(shown(await now(page), 'query messages'), figures.rows[0].query_messages);
  });
  await is('each ring lookup makes the forwards of its row', async () => {
    for (const row of figures.rows.filter(({via}) => ['successor', 'finger', 'one-hop'].includes(via))) {
      await page.selectOption('#way', row.via);
      await page.focus('#step');
      await page.keyboard.press('End');
      assert.equal(Number(/: (\d+) forwards?, at the owner/.exec(await now(page))[1]), row.query_messages);
    }
  });
}

for (const colorScheme of ['light', 'dark']) {
  const {page, wrong} = await open('single', {colorScheme});
  await page.keyboard.press('End');
  await page.screenshot({path: `${folder}/${colorScheme}.png`, fullPage: true});
  await is(`text is readable in ${colorScheme}`, async () => {
    const contrast = await page.evaluate(() => {
      const luminance = (color) => color.match(/[\d.]+/g).slice(0, 3).map((part) => {
        const value = part / 255;
        return value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
      }).reduce((sum, value, i) => sum + value * [.2126, .7152, .0722][i], 0);
      const behind = luminance(getComputedStyle(document.body).backgroundColor);
      return ['body', '.note', '#now', 'header p'].map((place) => {
        const text = luminance(getComputedStyle(document.querySelector(place)).color);
        return (Math.max(text, behind) + .05) / (Math.min(text, behind) + .05);
      });
    });
    for (const ratio of contrast) assert.ok(ratio >= 4.5, `contrast ${ratio}`);
    const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(light === 'rgb(251, 251, 250)', colorScheme === 'light');
    assert.deepEqual(wrong, []);
  });
}

for (const name of ['single', 'workload', 'live']) {
  const {page} = await open(name, {viewport: {width: 390, height: 800}, hasTouch: true});
  await page.screenshot({path: `${folder}/narrow-${name}.png`, fullPage: true});
  await is(`${name}: on a telephone nothing reaches beyond the screen`, async () => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390);
    // Charts are drawn for the width that there is: a pixel of theirs is nearly one of the screen.
    assert.equal(await page.getAttribute('.chart > svg', 'viewBox'), '0 0 360 320');
  });
  await is(`${name}: on a telephone names are whole, and large enough to be read`, async () => {
    const {cut, smallest} = await textsOf(page);
    assert.deepEqual(cut, []);
    assert.ok(smallest >= 9, `${smallest} px`);
  });
  await is(`${name}: a tap on a peer shows its name`, async () => {
    for (const picture of ['overlay', 'ring']) {
      const expected = await page.textContent(`#${picture} .peer title`);
      await page.click(`#${picture} .peer`, {force: true});
      assert.ok(expected.startsWith(await page.textContent(`#${picture} .touched`)));
      assert.notEqual(await page.textContent(`#${picture} .touched`), '');
      assert.deepEqual((await textsOf(page)).cut, []);
    }
  });
  await is(`${name}: on a wider screen it is drawn wide`, async () => {
    await page.setViewportSize({width: 1280, height: 900});
    await page.waitForFunction(() => document.querySelector('#overlay').getAttribute('viewBox') === '0 0 600 440');
    await page.keyboard.press('End');
    assert.ok((await page.$$('#overlay .peer.reached')).length > 1);
    assert.match(await now(page), /at the owner/);
  });
}

{
  const {page} = await open('workload');
  await page.screenshot({path: `${folder}/workload.png`, fullPage: true});
  await is('the table fits a screen of 1,280 pixels', async () => {
    const [inside, outside] = await page.$eval('.scroll', (box) => [box.scrollWidth, box.clientWidth]);
    assert.ok(inside <= outside, `${inside} > ${outside}`);
  });
  await is('it prints, with the flood as it ended', async () => {
    await page.emulateMedia({media: 'print'});
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await moment(page), 1000);
    assert.equal(await page.isVisible('.controls'), false);
    assert.equal(await page.isVisible('details'), false);
    await page.pdf({path: `${folder}/page.pdf`, format: 'A4'});
    assert.ok(statSync(`${folder}/page.pdf`).size > 20_000);
  });
}

await browser.close();
process.exit(failed);
